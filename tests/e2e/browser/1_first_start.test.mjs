// The first start: it greets in the language of the browser, and shows what to do first.
import assert from 'node:assert/strict';

import { sentences } from '../messages.mjs';
import { story } from './story.mjs';

const other = { en: 'zh-CN', 'zh-CN': 'en' };

story('the first start greets, and shows three steps', async (scene) => {
  const user = await scene.start();
  const language = () => user.page.evaluate(() => document.documentElement.lang);
  const inAnother = other[scene.locale];
  const switchTo = (locale) => user.page.locator(`#language-${locale}`).click();

  await user.sees('home_welcome_title');
  assert.equal(await language(), scene.locale);
  await user.looks('welcome');

  await switchTo(inAnother);
  await user.seesText(sentences(inAnother)('home_welcome_title'));
  assert.equal(await language(), inAnother);
  await switchTo(scene.locale);
  await user.sees('home_welcome_title');

  const steps = user.page.getByRole('listitem');
  assert.deepEqual(await steps.getByRole('heading').allInnerTexts(), [
    user.say('home_step_account'),
    user.say('home_step_contacts'),
    user.say('home_step_campaign'),
  ]);
  const current = user.within(steps.and(user.page.locator('[aria-current=step]')));
  await current.press('home_step_account_try');
  await current.sees('home_step_contacts_do');
  const inFocus = () => user.page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  assert.equal(await inFocus(), user.say('home_step_contacts_do'), 'the next step has the keyboard');
  await user.page.keyboard.press('Enter');
  await user.seesScreen('import_title');
  const tag = await user.page.evaluate(() => document.activeElement?.tagName);
  assert.equal(tag, 'MAIN', 'the keyboard goes on behind the rail');
});
