// Contacts come from a CSV file: chosen or dropped, looked at beforehand, and reported row by row.
import assert from 'node:assert/strict';

import { crowd, csv, download, givenList, list, people } from './given.mjs';
import { story } from './story.mjs';

const [wang, anna, zhao] = people;
const newcomer = { address: 'mei@example.cn', name: '=梅', city: '苏州' };
const noAt = { address: 'nobody.example.com', name: 'Nobody', city: '' };
const twoAts = { address: 'a@b@example.com', name: 'Twice', city: '' };
/** Where `people` are there already: two with something new, one without, a new one, the same again, no addresses. */
const second = [wang, { ...anna, city: 'Berlin' }, zhao, newcomer, newcomer, noAt, twoAts];

story('a file is imported, and the report says what became of every row', async (scene) => {
  givenList(scene);
  const user = await scene.open();

  await user.goTo('contacts');
  await user.head.follow('contacts_import');
  await user.seesScreen('import_title');
  await user.looks('import file');
  await chooseFile(user, scene.file('秋天 autumn.csv', csv(second)));
  await goThroughSteps(user);
  await user.press('import_start');

  await user.sees('import_finished');
  assert.deepEqual(await counts(user), { rows: 7, new: 1, updated: 2, unchanged: 1, duplicates: 1, invalid: 2 });
  await rowSays(user, 7, 'import_problem_address_no_at');
  await rowSays(user, 8, 'import_problem_address_many_ats');
  await user.looks('import report');
  const rejects = await download(user, () => user.press('import_rejects_save'));
  assert.match(rejects.text, new RegExp(`,7,.*${user.say('import_problem_address_no_at')}.*,8,`, 's'));

  await user.follow('import_show_contacts');
  await user.seesTitle(list);
  await user.seesText(newcomer.name);
});

/** With the beginning of the file in view: how it is read, where its columns go, which list takes it. */
async function goThroughSteps(user) {
  const preview = user.part('region', 'import_preview');
  await user.sees('import_reading_text');
  await preview.seesText('Anna Schmidt');
  await user.looks('import reading');
  await user.press('import_continue');

  await user.sees('import_columns_text');
  await preview.seesText(user.say('contacts_address'));
  await user.find(user.field('import_column_goes', { column: 'city' }), 'Home town');
  await preview.seesText('home_town');
  await user.looks('import columns');
  await user.press('import_continue');

  await user.choose('import_list_existing');
  await user.find(user.field('contacts_list'), 'tea', list);
  await user.looks('import list');
}

story('a file is dropped on the contacts', async (scene) => {
  const user = await scene.open();

  await user.goTo('contacts');
  await user.sees('contacts_empty');
  await user.looks('contacts empty');
  await user.drop('tea.csv', csv(people));
  await user.sees('import_reading_text');
  await user.press('import_continue');
  await user.press('import_continue');
  await user.fill('contacts_list_name', list);
  await user.press('import_start');
  await user.sees('import_finished');
  assert.deepEqual(await counts(user), { rows: 3, new: 3, updated: 0, unchanged: 0, duplicates: 0, invalid: 0 });
});

story('a long import goes on behind other screens, and can be stopped', async (scene) => {
  const file = scene.file('many.csv', csv(crowd(300_000)));
  const user = await scene.open();

  await user.goTo('contacts');
  await user.head.follow('contacts_import');
  await chooseFile(user, file);
  for (const next of ['import_continue', 'import_continue', 'import_start']) await user.press(next);
  await user.sees('import_running', { file: 'many.csv' });
  await user.screenshot('import running');
  await user.goTo('templates');
  await user.goTo('contacts');
  await user.head.follow('contacts_import');
  await user.followText(user.say('import_running', { file: 'many.csv' }));
  await user.press('import_cancel');
  await user.sees('import_cancelled');
  await user.looks('import stopped');
});

story('what is no table of contacts is refused in plain words', async (scene) => {
  const user = await scene.open();
  await user.goTo('contacts');
  await user.head.follow('contacts_import');

  await chooseFile(user, scene.file('picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 0])));
  await user.sees('error_file_not_text');
  user.wasRefused();
  await chooseFile(user, scene.file('nothing.csv', ''));
  await user.sees('error_file_empty');
  user.wasRefused();
  await user.looks('import refused');
});

async function chooseFile(user, file) {
  const place = user.page.getByRole('button', { name: user.say('import_file_choose') });
  const [chooser] = await Promise.all([user.page.waitForEvent('filechooser'), place.click()]);
  await chooser.setFiles(file);
}

async function counts(user) {
  const kinds = ['rows', 'new', 'updated', 'unchanged', 'duplicates', 'invalid'];
  const numbers = await user.page.locator('main dl dd').allInnerTexts();
  const words = await user.page.locator('main dl dt').allInnerTexts();
  assert.deepEqual(
    words,
    kinds.map((kind) => user.say(`import_count_${kind}`)),
  );
  return Object.fromEntries(kinds.map((kind, at) => [kind, Number(numbers[at])]));
}

async function rowSays(user, number, reason) {
  const row = user.page
    .getByRole('row')
    .filter({ has: user.page.getByRole('cell', { name: String(number), exact: true }) });
  await row.getByText(user.say(reason), { exact: true }).waitFor();
}
