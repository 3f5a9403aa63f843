// Opens the real desktop program and drives its window through WebDriver.
//
// `xtask` runs these tests inside session.sh, which gives them a display, a session bus, a keyring and a home.
import { connect } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Builder, Capabilities } from 'selenium-webdriver';

import { freePort } from '../free_port.mjs';
import { keepScreen, logFile } from '../output.mjs';
import { startProgram, stopProgram } from '../program.mjs';

const READY_WITHIN_MS = 10_000;
const WINDOW_WITHIN_MS = 20_000;
const SCRIPT_WITHIN_MS = 10_000;
/** Between the end of the session and the end of the driver: the program closes its files in this time. */
const CLOSING_MS = 300;

/**
 * Makes an empty place for everything the program writes; the same place given to `openApp` twice is a restart.
 */
export function makePlace() {
  const folder = mkdtempSync(join(tmpdir(), 'hongyan-window-'));
  const below = (name) => {
    mkdirSync(join(folder, name), { mode: 0o700 });
    return join(folder, name);
  };
  const env = { XDG_DATA_HOME: below('data'), XDG_CONFIG_HOME: below('config'), XDG_CACHE_HOME: below('cache') };
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Opens the app in `place`; `locale` is the language of the system, such as "zh_CN.UTF-8".
 * Gives `driver` (selenium), `screenshot(name)` and `quit()`, which may be called again.
 */
export async function openApp(place, { locale = 'en_US.UTF-8', env = {} } = {}) {
  const [port, nativePort] = [await freePort(), await freePort()];
  const server = startProgram(
    process.env.HONGYAN_TAURI_DRIVER ?? 'tauri-driver',
    ['--port', String(port), '--native-port', String(nativePort)],
    { env: { ...place.env, ...systemIn(locale), ...env }, logFile: logFile('window') },
  );
  try {
    await waitForPort(port);
    const driver = await Promise.race([startSession(port), giveUp()]);
    let closing;
    return {
      driver,
      screenshot: (name) => screenshot(driver, `window/${name}`),
      quit: () => (closing ??= quit(driver, server)),
    };
  } catch (error) {
    await stopProgram(server);
    throw error;
  }
}

/** Without an input method, which in Chinese would rewrite what the driver types. */
function systemIn(locale) {
  return { LANG: locale, LC_ALL: locale, LANGUAGE: locale, GTK_IM_MODULE: 'gtk-im-context-simple' };
}

async function startSession(port) {
  const capabilities = new Capabilities();
  capabilities.setBrowserName('wry');
  capabilities.set('tauri:options', { application: process.env.HONGYAN_APP ?? 'target/debug/hongyan' });
  const driver = await new Builder().withCapabilities(capabilities).usingServer(`http://127.0.0.1:${port}/`).build();
  await driver.manage().setTimeouts({ script: SCRIPT_WITHIN_MS });
  return driver;
}

/** A program that ends before it has a window, for instance as another one runs, leaves the driver waiting. */
async function giveUp() {
  await pause(WINDOW_WITHIN_MS, undefined, { ref: false });
  throw new Error(`there is no window, see ${logFile('window')}`);
}

/** Waits until the page is painted (two frames; a screenshot taken before can show the page as it was), then keeps it. */
async function screenshot(driver, name) {
  await driver.executeAsyncScript(
    'const done = arguments[arguments.length - 1]; requestAnimationFrame(() => requestAnimationFrame(() => done()));',
  );
  const png = Buffer.from(await driver.takeScreenshot(), 'base64');
  keepScreen(name, png);
  return png;
}

async function quit(driver, server) {
  // A program that has ended by itself leaves no session to end.
  await driver.quit().catch(() => {});
  await pause(CLOSING_MS);
  await stopProgram(server);
}

async function waitForPort(port) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`tauri-driver does not answer, see ${logFile('window')}`);
    await pause(50);
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
