// What the window does when it is not alone, when the data cannot be opened, and when it is closed in the middle of sending.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { sentences } from '../messages.mjs';
import { logFile } from '../output.mjs';
import { startProgram, stopProgram } from '../program.mjs';
import { makePlace, openApp } from './driver.mjs';
import { Page } from './page.mjs';

const say = sentences('en');
const ctl = process.env.HONGYANCTL ?? 'target/debug/hongyanctl';
const dataOf = (place) => join(place.env.XDG_DATA_HOME, 'app.hongyan.desktop');

/** What `hongyanctl` says about the data of the app. */
function ask(place, ...words) {
  return JSON.parse(execFileSync(ctl, ['--data', dataOf(place), '--json', ...words], { encoding: 'utf8' }));
}

/** A place, and a way to open the app in it; both are cleared away after the test, the app first. */
function prepare(t) {
  const place = makePlace();
  const apps = [];
  t.after(async () => {
    for (const app of apps) await app.quit();
    place.remove();
  });
  async function open() {
    const app = await openApp(place);
    apps.push(app);
    return { app, page: new Page(app.driver) };
  }
  return { place, open };
}

test('beside another program on the same data the window only shows, and takes over when that one ends', async (t) => {
  const { place, open } = prepare(t);
  const server = startProgram(ctl, ['--data', dataOf(place), 'serve'], { logFile: logFile('window'), stdout: 'pipe' });
  t.after(() => stopProgram(server));
  await once(server.stdout, 'data');
  const { app, page } = await open();
  await page.see(say('app_read_only_by', { program: 'hongyanctl', since: '' }).split('.')[0].trim().slice(0, 40));
  await app.screenshot('read-only');
  await stopProgram(server);
  await page.seeNoMore('hongyanctl');
});

test('data that cannot be opened is told, and trying again opens them', async (t) => {
  const { place, open } = prepare(t);
  const database = join(dataOf(place), 'hongyan.db');
  mkdirSync(dataOf(place));
  writeFileSync(database, 'this is no database. '.repeat(500));
  const { app, page } = await open();
  await page.see(say('error_database_failed'));
  await app.screenshot('no-database');
  rmSync(database);
  await page.press(say('ui_retry'));
  await page.heading(say('home_welcome_title'));
});

test('a second start ends, as the window is there already', async (t) => {
  const { place, open } = prepare(t);
  await open();
  const second = startProgram(process.env.HONGYAN_APP ?? 'target/debug/hongyan', [], {
    env: place.env,
    logFile: logFile('window'),
  });
  t.after(() => stopProgram(second));
  const [status] = await once(second, 'exit');
  assert.equal(status, 0);
});

test('closed in the middle of a campaign it leaves nothing in doubt, and goes on when it is opened again', async (t) => {
  const { place, open } = prepare(t);
  const people = join(place.folder, 'people.csv');
  const letter = join(place.folder, 'letter.md');
  const rows = Array.from({ length: 20_000 }, (_, number) => `person${number}@example.com`);
  writeFileSync(people, ['email', ...rows].join('\n'));
  writeFileSync(letter, 'Hello');
  ask(place, 'contacts', 'import', people, '--list', 'All');
  ask(place, 'template', 'add', letter, '--name', 'Letter', '--subject', 'Hello');
  ask(place, 'campaign', 'create', '--name', 'News', '--list', 'All', '--template', 'Letter', '--account', 'Sandbox');

  let { app, page } = await open();
  await page.follow(say('app_rail_campaigns'));
  await page.openRow('News');
  const send = say('campaigns_send_to', { people: say('campaigns_people', { count: 20_000, shown: '20,000' }) });
  await page.press(send);
  await page.see(say('campaigns_confirm_sandbox'));
  await page.press(send);
  await page.see(say('campaigns_run_speed', { count: '' }).trim());
  await app.screenshot('sending');
  await close(place);
  await app.quit();

  const then = ask(place, 'campaign', 'report', 'News').counts;
  assert.ok(then.sent > 0 && then.sent < 20_000, `${then.sent} sent`);
  assert.equal(then.armed + then.in_doubt, 0);
  assert.equal(then.sent + then.queued, 20_000);

  ({ app, page } = await open());
  await page.see(say('home_running'));
  await page.see('News', 'nav');
  await waitUntil(() => ask(place, 'campaign', 'report', 'News').counts.sent > then.sent);
});

/** Closes the app as the system does at the end of a session; the driver would just kill it. */
async function close(place) {
  const { pid } = JSON.parse(readFileSync(join(dataOf(place), 'sending.json'), 'utf8'));
  process.kill(pid, 'SIGTERM');
  await waitUntil(() => hasEnded(pid));
}

/** It is gone, or waits for whoever started it to take notice. */
function hasEnded(pid) {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function waitUntil(holds) {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, 'it did not happen');
    await pause(50);
  }
}
