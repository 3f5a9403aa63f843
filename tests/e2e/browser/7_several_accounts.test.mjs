// One campaign through several accounts: shared out by weight, and what one cannot send any more the other sends.
import assert from 'node:assert/strict';

import { crowd, download, givenAccount, givenCampaign, givenList, givenTemplate } from './given.mjs';
import { startMailServer } from './mail_server.mjs';
import { story } from './story.mjs';

const name = 'Autumn 秋';
const rows = crowd(24);

story('several accounts share a campaign, and the report tells who sent how much', async (scene) => {
  const shop = await startMailServer({ name: 'Shop 店铺', mostMails: 6 });
  const news = await startMailServer({ name: 'News 资讯' });
  scene.onEnd(shop.stop);
  scene.onEnd(news.stop);
  givenList(scene, rows);
  givenTemplate(scene);
  givenAccount(scene, shop, 1, 'Shop 店铺 <shop@example.com>');
  givenAccount(scene, news, 1, 'News 资讯 <news@example.com>');
  givenCampaign(scene, name, shop.name);
  const user = await scene.open();
  const people = (count) => user.say('campaigns_people', { count, shown: count });
  const rail = user.part('complementary', 'campaigns_rail');

  await user.goTo('campaigns');
  await user.row(name).locator.click();
  await choose(user, shop, news);
  await rail.seesText(people(18));
  await rail.seesText(people(6));
  await tryOut(user, news);

  await rail.press('campaigns_send_to', { people: people(24) });
  await user.dialog.seesText('shop@example.com');
  await user.dialog.seesText('news@example.com');
  await user.looks('several accounts confirm');
  await user.dialog.press('campaigns_send_to', { people: people(24) });
  await user.sees('app_campaign_finished');
  await user.sees('campaigns_run_sent', { sent: 24, total: 24 });
  assert.equal(shop.recipients.length, 6, 'the first one has a limit');
  assert.deepEqual(
    [...shop.recipients, ...news.recipients].filter((to) => to !== 'me@home.example').sort(),
    addresses(),
  );
  await readReport(user, shop, news);
});

const addresses = () => rows.map(({ address }) => address).sort();

async function choose(user, shop, news) {
  // The section may be folded.
  const section = user.page.getByRole('button', {
    name: user.say('campaigns_from'),
  });
  if ((await section.getAttribute('aria-expanded')) === 'false') await section.click();
  await user.seesText('Shop 店铺 <shop@example.com>');
  await user.sees('campaigns_share_offer');
  await user.page.getByRole('checkbox', { name: news.name }).click();
  await user.sees('campaigns_share_hint');
  await user.press('campaigns_share_more', { name: shop.name });
  await user.press('campaigns_share_more', { name: shop.name });
  await user.looks('several accounts from');
}

async function tryOut(user, news) {
  await user.press('campaigns_test');
  await user.dialog.select('campaigns_test_through', news.name);
  await user.dialog.fill('campaigns_test_to', 'me@home.example');
  await user.dialog.press('campaigns_test_send');
  await user.dialog.sees('campaigns_test_done', { to: 'me@home.example' });
  assert.deepEqual(news.recipients, ['me@home.example']);
  await user.looks('several accounts test mail');
  await user.dialog.press('ui_close');
}

async function readReport(user, shop, news) {
  await user.row(rows[0].address).locator.waitFor();
  await user.looks('several accounts recipients');
  await user.openTab('campaigns_tab_accounts');
  await user.sees('campaigns_account_sent', { count: 6 });
  await user.sees('campaigns_account_sent', { count: 18 });
  await user.sees('accounts_state_rests');
  await user.looks('several accounts report');
  const file = await download(user, () => user.head.press('campaigns_run_export'));
  const lines = file.text.trim().split('\r\n');
  assert.equal(lines.filter((line) => line.endsWith(`,${shop.name}`)).length, 6);
  assert.equal(lines.filter((line) => line.endsWith(`,${news.name}`)).length, 18);
  await user.head.pressEntry('ui_more', 'campaigns_change_accounts');
  await user.dialog.sees('campaigns_change_accounts_text');
  await user.looks('several accounts change');
  await user.dialog.press('ui_close');
}
