// Somebody who uses the app in a browser: reads, presses, writes.
//
// What they look for is named by the keys of ui/messages, so that one story is true in every language and no sentence of
// the interface is copied. Text of the story itself (a person, a subject) is looked for with `seesText`.
import assert from 'node:assert/strict';

import { lookAt } from './look.mjs';

const PATIENCE_MS = 15_000;

export class User {
  #scope;
  #world;

  /** `world` is what `openBrowser` gives, with `say`; `scope` is the part of the page that is looked at. */
  constructor(world, scope = world.page) {
    this.#world = world;
    this.#scope = scope;
    world.page.setDefaultTimeout(PATIENCE_MS);
  }

  get page() {
    return this.#world.page;
  }

  get errors() {
    return this.#world.errors;
  }

  /** The engine refused what was asked for, as the story means it to; the browser complains about that. */
  wasRefused() {
    const at = this.errors.findIndex((error) => error.includes('status of 422'));
    assert.notEqual(at, -1, 'nothing was refused');
    this.errors.splice(at, 1);
  }

  say(key, values) {
    return this.#world.say(key, values);
  }

  screenshot(name) {
    return this.#world.screenshot(name);
  }

  /** The same user, looking at one part of the page only. */
  within(part) {
    return new User(this.#world, part);
  }

  /** What lies over the page: a drawer or a dialog. */
  get dialog() {
    return this.within(this.page.getByRole('dialog'));
  }

  /** The title of the page with its actions. */
  get head() {
    return this.within(this.page.locator('main header').first());
  }

  dialogNamed(key, values) {
    return this.part('dialog', key, values);
  }

  /** The row of a table with this text in it. */
  row(text) {
    return this.within(this.#scope.getByRole('row').filter({ hasText: text }));
  }

  /** A part of the page, by its name where it has one. */
  part(role, key, values) {
    return this.within(key ? this.#named(role, key, values) : this.#scope.getByRole(role));
  }

  /** One step back in the browser's history. */
  goBack() {
    return this.page.evaluate(() => globalThis.history.back());
  }

  /** Waits until it is no longer there. */
  isGone() {
    return this.#scope.waitFor({ state: 'detached' });
  }

  get locator() {
    return this.#scope;
  }

  async goTo(screen) {
    const rail = this.page.getByRole('navigation', { name: this.say('app_rail'), exact: true });
    await rail.getByRole('link', { name: this.say(`app_rail_${screen}`) }).click();
  }

  button(key, values) {
    return this.#named('button', key, values);
  }

  press(key, values) {
    return this.button(key, values).click();
  }

  /** Presses the button with this name, whatever stands in the place of one value. */
  pressLike(key, value) {
    const [before, behind] = this.say(key, { [value]: '\n' })
      .split('\n')
      .map(escaped);
    return this.#scope.getByRole('button', { name: new RegExp(`^${before}.+${behind}$`) }).click();
  }

  follow(key, values) {
    return this.#named('link', key, values).click();
  }

  /** Follows the link that begins with a text. */
  followText(text) {
    return this.#scope.getByRole('link', { name: text }).click();
  }

  async pressEntry(menu, key, values) {
    await this.#named('button', menu).click();
    await this.page.getByRole('menuitem', { name: this.say(key, values), exact: true }).click();
  }

  openTab(key) {
    return this.#scope.getByRole('tab', { name: this.say(key) }).click();
  }

  choose(key) {
    return this.chooseText(this.say(key));
  }

  /** Chooses the card that begins with a text. */
  chooseText(text) {
    return this.#scope.getByRole('radio', { name: text }).click();
  }

  tick(key, values) {
    return this.tickText(this.say(key, values));
  }

  tickText(text) {
    return this.#scope.getByRole('checkbox', { name: text, exact: true }).click();
  }

  /** The field with this label. */
  field(key, values) {
    const optional = `(\\s+${escaped(this.say('ui_optional'))})?`;
    const label = new RegExp(`^\\s*${escaped(this.say(key, values))}${optional}\\s*$`);
    // A tab gives its panel a label as well.
    return this.#scope.getByLabel(label).and(this.page.locator(':not([role=tabpanel])'));
  }

  fill(key, text) {
    return this.field(key).fill(text);
  }

  search(key, text) {
    return this.#named('searchbox', key).fill(text);
  }

  /** Takes one of a few. */
  async select(key, option) {
    await this.field(key).click();
    await this.page.getByRole('option', { name: option }).click();
  }

  /** Types into a field that offers what fits, and takes what it offers. */
  async find(field, text, option = text) {
    await field.click();
    await field.fill(text);
    await this.page.getByRole('option', { name: option }).first().click();
  }

  /** Drags a file over the window and lets it go. */
  async drop(name, content) {
    const dataTransfer = await this.page.evaluateHandle(
      ([name, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], name, { type: 'text/csv' }));
        return transfer;
      },
      [name, content],
    );
    await this.page.dispatchEvent('body', 'dragover', { dataTransfer });
    await this.sees('import_drop_here');
    await this.page.dispatchEvent('body', 'drop', { dataTransfer });
  }

  sees(key, values) {
    return this.seesText(this.say(key, values));
  }

  seesText(text) {
    return this.#text(text).waitFor();
  }

  seesNot(key, values) {
    return this.seesNoText(this.say(key, values));
  }

  seesNoText(text) {
    return this.#text(text).waitFor({ state: 'hidden' });
  }

  seesScreen(key, values) {
    return this.page.getByRole('heading', { level: 1, name: this.say(key, values), exact: true }).waitFor();
  }

  /** Whether the app begins with its welcome. */
  async isGreeted() {
    const heading = (key) => this.page.getByRole('heading', { level: 1, name: this.say(key), exact: true });
    await heading('home_welcome_title').or(heading('home_title')).waitFor();
    return heading('home_welcome_title').isVisible();
  }

  seesTitle(text) {
    return this.page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
  }

  /** The mail that is shown, inside a frame that may do nothing but be looked at. */
  async mail() {
    const frame = this.#scope.locator('iframe');
    await frame.waitFor();
    assert.equal(await frame.getAttribute('sandbox'), '', 'a mail is shown without any right');
    return frame.contentFrame().locator('body');
  }

  /** Keeps pictures of the screen, as `name`, and has a critical eye look at it. */
  looks(name) {
    return lookAt(this.page, name, (name) => this.screenshot(name));
  }

  #named(role, key, values) {
    return this.#scope.getByRole(role, { name: this.say(key, values), exact: true });
  }

  #text(text) {
    return this.#scope.getByText(text).filter({ visible: true }).first();
  }
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
