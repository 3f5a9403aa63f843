// The table of contacts: found, sorted, by list; one added, changed and deleted, with fields of one's own.
import assert from 'node:assert/strict';

import { csv, download, givenList, list, people } from './given.mjs';
import { story } from './story.mjs';

const guests = [
  { address: 'bob@example.com', name: 'Bob', city: 'Oslo' },
  { address: 'zoe@example.com', name: 'Zoë', city: 'Oslo' },
];
const guestList = 'Guests 客人';

story('contacts are searched, sorted and shown by list', async (scene) => {
  givenList(scene);
  scene.given('contacts', 'import', scene.file('guests.csv', csv(guests)), '--list', guestList);
  const user = await scene.open();
  const table = user.part('grid', 'contacts_table');
  const shows = (addresses) => tableShows(table, addresses);

  await user.goTo('contacts');
  await user.seesScreen('contacts_all');
  await table.press('contacts_address');
  await shows(['anna@example.com', 'bob@example.com', 'wang.li@example.cn', 'zhao@example.cn', 'zoe@example.com']);
  await table.press('contacts_address');
  await shows(['zoe@example.com', 'zhao@example.cn', 'wang.li@example.cn', 'bob@example.com', 'anna@example.com']);
  await user.looks('contacts');

  await user.search('contacts_search', 'oslo');
  await shows(['zoe@example.com', 'bob@example.com']);
  await user.search('contacts_search', '王');
  await shows(['wang.li@example.cn']);
  await user.search('contacts_search', 'nobody at all');
  await user.sees('contacts_none_found', { text: 'nobody at all' });
  await user.looks('contacts none found');

  await user.part('navigation', 'contacts_lists').followText(guestList);
  await user.seesTitle(guestList);
  await table.press('contacts_address');
  await shows(['bob@example.com', 'zoe@example.com']);

  const saved = await download(user, () => user.pressEntry('ui_more', 'contacts_export'));
  assert.ok(guests.every(({ address }) => saved.text.includes(address)));
  assert.ok(people.every(({ address }) => !saved.text.includes(address)));
});

story('a contact is added, changed and deleted', async (scene) => {
  givenList(scene);
  const user = await scene.open();
  const form = user.dialog;

  await user.goTo('contacts');
  await user.press('contacts_add');
  await form.fill('contacts_address', 'two@signs@example.com');
  await form.press('contacts_create');
  await form.sees('error_address_many_ats');
  user.wasRefused();
  await form.fill('contacts_address', 'mei@example.cn');
  await form.fill('contacts_name', '梅');
  await form.find(form.field('contacts_field_add'), 'Favourite tea');
  await form.page.getByLabel('favourite_tea', { exact: true }).fill('龙井 Longjing');
  await form.find(form.field('contacts_lists'), 'tea', list);
  await user.looks('contact new');
  await form.press('contacts_create');
  await user.sees('contacts_saved', { name: '梅' });

  await user.row('mei@example.cn').locator.click();
  await form.sees('contacts_timeline_added');
  await form.fill('contacts_name', '梅花 Méi');
  await user.looks('contact');
  await form.press('ui_save');
  await user.search('contacts_search', 'longjing');
  await user.row('梅花 Méi').seesText('mei@example.cn');

  await user.row('mei@example.cn').tick('contacts_select', { name: '梅花 Méi' });
  await user.looks('contacts selected');
  await user.press('contacts_delete_chosen', { shown: 1 });
  await user.sees('contacts_deleted', { count: 1, shown: 1 });
  await user.press('ui_undo');
  await user.row('mei@example.cn').seesText('梅花 Méi');
});

async function tableShows(table, addresses) {
  const rows = table.locator.locator('[role=rowgroup] [role=row]');
  const shown = rows.filter({ hasText: '@' });
  await rows
    .nth(addresses.length - 1)
    .filter({ hasText: addresses.at(-1) })
    .waitFor();
  const texts = await shown.allInnerTexts();
  assert.deepEqual(
    texts.map((text) => /\S+@\S+/.exec(text)?.[0]),
    addresses,
  );
}
