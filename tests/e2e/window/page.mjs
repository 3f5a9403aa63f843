// Uses the page in the window as a person does: by what is written on it.
import assert from 'node:assert/strict';
import { By, Key, until } from 'selenium-webdriver';

const PATIENCE_MS = 10_000;

/** The page shown by `driver`. Everything waits until it is there; names are the words a person reads. */
export class Page {
  #driver;

  constructor(driver) {
    this.#driver = driver;
  }

  /** Waits for a text, anywhere or inside `within` (a CSS selector). */
  async see(text, within = 'body') {
    await this.#driver.wait(
      async () => (await this.read(within)).includes(text),
      PATIENCE_MS,
      `“${text}” is not in ${within}`,
    );
  }

  /** Waits until a text is gone. */
  async seeNoMore(text) {
    const gone = async () => !(await this.read('body')).includes(text);
    await this.#driver.wait(gone, PATIENCE_MS, `“${text}” is still there`);
  }

  /** The visible text of `within`. */
  read(within) {
    return this.#driver.executeScript(
      'return (document.querySelector(arguments[0])?.innerText ?? "").replace(/\\s+/g, " ")',
      within,
    );
  }

  /** Waits for the heading of a screen. */
  heading(text) {
    return this.see(text, 'main h1');
  }

  press(name) {
    return this.#click(['button', '*[@role="button"]', '*[@role="menuitem"]'], name);
  }

  follow(name) {
    return this.#click(['a'], name);
  }

  /** Ticks a box or chooses an option by the words beside it. */
  choose(name) {
    return this.#click(['label', '*[@role="radio"]', '*[@role="option"]'], name);
  }

  /** Opens the row of a table that shows this text. */
  openRow(text) {
    return this.#clickOne([`//*[@role="row"][contains(normalize-space(.), ${quoted(text)})]`], text);
  }

  /** Writes over what is in the field with this label. */
  async fill(name, text) {
    const label = await this.#find([`//label[${says(name)}]`]);
    const field = await this.#driver.findElement(By.id(await label.getAttribute('for')));
    await this.#writeOver(field, text);
  }

  /** Writes over what is in the code editor. */
  async write(text) {
    const editor = await this.#driver.wait(until.elementLocated(By.css('.cm-content')), PATIENCE_MS);
    await this.#writeOver(editor, text.replaceAll('\n', Key.ENTER));
  }

  /** The text inside the first frame, where the page shows a mail. */
  async seeInFrame(text) {
    // Another mail comes in another frame, so nothing is kept from one look to the next.
    const look = `
      const frame = document.querySelector('iframe');
      return frame ? { source: frame.srcdoc, height: frame.getBoundingClientRect().height } : null;`;
    const see = async () => {
      const frame = await this.#driver.executeScript(look);
      return frame?.source.includes(text) ? frame : null;
    };
    const { height } = await this.#driver.wait(see, PATIENCE_MS, `“${text}” is not in the mail`);
    assert.ok(height > 100, `the mail is shown ${height} high`);
  }

  async #writeOver(field, text) {
    await field.click();
    // Each apart, since WebKit's driver keeps the control key down until the end of the keys it is given.
    await field.sendKeys(Key.CONTROL, 'a');
    await field.sendKeys(Key.BACK_SPACE);
    await field.sendKeys(text);
  }

  #click(kinds, name) {
    return this.#clickOne(
      kinds.map((kind) => `//${kind}[${says(name)}][not(@disabled)]`),
      name,
    );
  }

  async #clickOne(paths, name) {
    await this.#driver.wait(
      async () => {
        try {
          await (await this.#find(paths)).click();
          return true;
        } catch (error) {
          // It was drawn anew, or something still lies over it.
          if (/StaleElement|ElementClickIntercepted|ElementNotInteractable/.test(error.name)) return false;
          throw error;
        }
      },
      PATIENCE_MS,
      `“${name}” cannot be pressed`,
    );
  }

  async #find(paths) {
    const found = By.xpath(paths.join(' | '));
    return this.#driver.wait(
      async () => {
        // Menus and dialogs, which lie over the rest, stand last.
        for (const element of (await this.#driver.findElements(found)).reverse()) {
          if (await element.isDisplayed()) return element;
        }
        return null;
      },
      PATIENCE_MS,
      `not on the page: ${paths[0]}`,
    );
  }
}

/** What is written on an element begins with `name`: some have a key or a detail behind it. */
function says(name) {
  return `starts-with(normalize-space(.), ${quoted(name)}) or @aria-label=${quoted(name)}`;
}

function quoted(text) {
  assert.ok(!text.includes('"'), 'XPath has no way to quote this');
  return `"${text}"`;
}
