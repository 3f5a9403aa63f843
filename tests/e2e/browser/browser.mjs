// Serves the app with hongyanctl and opens it in Debian's Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

import { keepScreen, logFile } from '../output.mjs';
import { killProgram, startProgram, stopProgram } from '../program.mjs';

const READY_WITHIN_MS = 20_000;
const CHROMIUM = process.env.HONGYAN_CHROMIUM ?? '/usr/bin/chromium';
/** Chromium otherwise looks for its maker's servers at every start. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Makes an empty data folder; the same folder given to `serveApp` twice is a restart. */
export function makeData() {
  const folder = mkdtempSync(join(tmpdir(), 'hongyan-browser-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts `hongyanctl serve` on a free port. Gives its `address` with the token, `stop()` and `kill()`. */
export async function serveApp(data, { env = {} } = {}) {
  const program = process.env.HONGYANCTL ?? 'target/debug/hongyanctl';
  const args = ['serve', '--data', data.folder, '--port', '0'];
  const server = startProgram(program, args, { env, logFile: logFile('browser'), stdout: 'pipe' });
  try {
    const address = await readAddress(server);
    return { address, stop: () => stopProgram(server), kill: () => killProgram(server) };
  } catch (error) {
    await stopProgram(server);
    throw error;
  }
}

/** The first address in what the server prints; it is read on to its end, so that the server never blocks on a full pipe. */
function readAddress(server) {
  return new Promise((resolve, reject) => {
    const giveUp = (why) => reject(new Error(`hongyanctl serve ${why}, see ${logFile('browser')}`));
    const timer = setTimeout(() => giveUp('printed no address'), READY_WITHIN_MS);
    createInterface({ input: server.stdout }).on('line', (line) => {
      const address = /https?:\/\/\S+/.exec(line)?.[0];
      if (address) resolve(address);
    });
    server.once('exit', (code, signal) => giveUp(`ended (${signal ?? code})`));
    server.once('exit', () => clearTimeout(timer));
  });
}

/**
 * Opens a browser with an empty profile at an address. `options` are those of a Playwright context: `locale`,
 * `colorScheme`, `viewport` …  Gives `page`, `errors` (what the page complained about: it should stay empty),
 * `screenshot(name)` and `close()`.
 */
export async function openBrowser(address, options = {}) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: QUIET });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(address);
  return {
    page,
    errors,
    screenshot: async (name) => keepScreen(`browser/${name}`, await page.screenshot()),
    close: () => browser.close(),
  };
}

/** What axe finds that keeps people out: faults it calls serious or critical, as "rule: element" lines. */
export async function seriousFaults(page) {
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}
