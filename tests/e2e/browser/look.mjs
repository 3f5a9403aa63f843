// Looks at a screen as those would who cannot use it: in a small window, in the dark, by keyboard or by ear.
import assert from 'node:assert/strict';

import { seriousFaults } from './browser.mjs';

const usual = { size: { width: 1280, height: 800 }, colours: 'light' };
/** The smallest window there is. */
const small = { size: { width: 960, height: 640 }, colours: 'dark' };

/**
 * Keeps a picture of the screen and one of a small window in the dark, with `keep(name)`. Neither keeps anybody out,
 * and nothing scrolls sideways.
 */
export async function lookAt(page, name, keep) {
  await lookOnce(page, usual, name, keep);
  await lookOnce(page, small, `${name} small dark`, keep);
  await arrange(page, usual);
}

async function lookOnce(page, look, name, keep) {
  await arrange(page, look);
  await keep(name);
  assert.deepEqual(await seriousFaults(page), [], `${name}: it keeps people out`);
  const hidden = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(hidden <= 0, `${name}: it scrolls sideways`);
}

async function arrange(page, { size, colours }) {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: colours });
  // What follows the size of the window is drawn in the frame after.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
