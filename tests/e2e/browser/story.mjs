// Tells a story about the app in each of its languages: a data folder, the app served from it, somebody who uses it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { sentences } from '../messages.mjs';
import { makeData, openBrowser, serveApp } from './browser.mjs';
import { User } from './user.mjs';

const languages = [
  { locale: 'en', browser: 'en-US' },
  { locale: 'zh-CN', browser: 'zh-CN' },
];
/** The keyring of whoever runs the tests is no place for their passwords. */
const env = { HONGYAN_SECRETS: 'vault' };
const PATIENCE_MS = 90_000;

/** A test for each language; `tell` gets a `Scene`. */
export function story(title, tell) {
  for (const language of languages) {
    test(`${title}, ${language.locale}`, { timeout: PATIENCE_MS }, async (t) => {
      const scene = new Scene(language);
      t.after(() => scene.clear());
      try {
        await tell(scene);
        scene.assertCalm();
      } catch (error) {
        await scene.user?.screenshot(`failed ${title}`);
        throw error;
      }
    });
  }
}

class Scene {
  #language;
  #browser;
  #app;
  #data = makeData();
  #ends = [];

  constructor(language) {
    this.#language = language;
    this.say = sentences(language.locale);
  }

  get locale() {
    return this.#language.locale;
  }

  get folder() {
    return this.#data.folder;
  }

  /** Does something with hongyanctl before the app is opened: what a story begins with need not be clicked together. */
  given(...words) {
    const program = process.env.HONGYANCTL ?? 'target/debug/hongyanctl';
    const options = { env: { ...process.env, ...env }, encoding: 'utf8' };
    return execFileSync(program, [...words, '--data', this.folder], options);
  }

  /** Writes a file for the user to choose; gives its path. */
  file(name, content) {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Starts the app and opens it, wherever it begins. */
  async start() {
    await this.#browser?.close();
    this.#app = await serveApp(this.#data, { env });
    this.#browser = await openBrowser(this.#app.address, {
      locale: this.#language.browser,
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    const { page, screenshot, errors } = this.#browser;
    this.user = new User({
      page,
      say: this.say,
      errors,
      screenshot: (name) => screenshot(`${name} ${this.locale}`.replaceAll(' ', '-')),
    });
    return this.user;
  }

  /** Opens the app, past its greeting where it greets. */
  async open() {
    const user = await this.start();
    if (await user.isGreeted()) await user.press('home_welcome_skip');
    await user.seesScreen('home_title');
    return user;
  }

  /** Ends the app at once, as a crash would. The browser sees that it is gone. */
  async kill() {
    this.assertCalm();
    await this.#app.kill();
  }

  /** Does something when the story is over, however it ends. */
  onEnd(act) {
    this.#ends.push(act);
  }

  assertCalm() {
    assert.deepEqual(this.user.errors, [], 'the page complained');
  }

  async clear() {
    await this.#browser?.close();
    await this.#app?.stop();
    for (const end of this.#ends) await end();
    this.#data.remove();
  }
}
