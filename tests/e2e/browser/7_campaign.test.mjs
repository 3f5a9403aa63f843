// A campaign from its name to its report: who gets it, what, from where; tried, sent, held, gone on, looked into.
import assert from 'node:assert/strict';

import {
  crowd,
  download,
  givenAccount,
  givenCampaign,
  givenList,
  givenTemplate,
  letter,
  list,
  template,
} from './given.mjs';
import { startMailServer } from './mail_server.mjs';
import { story } from './story.mjs';

const name = 'Autumn 秋';
/** Twelve people: one the server does not know, one on the suppression list, one with no city, one like a formula. */
const rows = crowd(12);
const [nobody, outcast, homeless, formula] = rows;
homeless.city = '';
formula.name = '=1+1';
const text = { ...letter, body: '# 秋茶 autumn\n\n您好 {{ name }}, {{ city }} 到了。\n' };

story('a campaign is written, tried, sent, paused and resumed, and the report tells who got it', async (scene) => {
  // The test mail and two more are confirmed; then the server lets everybody wait.
  const server = await startMailServer({ unknown: [nobody.address], holdAfter: 3 });
  scene.onEnd(server.stop);
  givenList(scene, rows);
  givenTemplate(scene, text);
  givenAccount(scene, server, 1);
  const user = await scene.open();
  const people = (count) => user.say('campaigns_people', { count, shown: count });
  const rail = user.part('complementary', 'campaigns_rail');

  await suppress(user, outcast);
  await plan(user, people);
  await rail.seesText(user.say('campaigns_will_now', { name, people: people(11), from: 'tea@example.com' }));
  await rail.seesText(user.say('campaigns_finding_missing_field_one', { field: 'city' }));
  await user.looks('campaign review');
  await tryOut(user, server);

  await rail.press('campaigns_send_to', { people: people(11) });
  await user.dialog.sees('campaigns_confirm_text');
  await user.looks('campaign confirm');
  await user.dialog.press('campaigns_send_to', { people: people(11) });
  await user.sees('campaigns_run_sent', { sent: 2, total: 12 });
  await user.looks('campaign running');
  await pause(user, server);
  await user.head.press('campaigns_run_resume');
  await user.sees('app_campaign_finished');
  await user.sees('campaigns_run_sent', { sent: 9, total: 12 });
  await readReport(user);
  const got = rows.filter((one) => ![nobody, outcast, homeless].includes(one)).map(({ address }) => address);
  assert.deepEqual(server.recipients.filter((to) => to.endsWith('@example.com')).sort(), got.sort());

  await user.goTo('home');
  await user.seesText(name);
  await user.looks('home');
});

story('a campaign is ended before its end', async (scene) => {
  const server = await startMailServer({ holdAfter: 1 });
  scene.onEnd(server.stop);
  givenList(scene, rows.slice(0, 4));
  givenTemplate(scene);
  givenAccount(scene, server, 1);
  givenCampaign(scene, name, server.name);
  const user = await scene.open();
  const people = (count) => user.say('campaigns_people', { count, shown: count });

  await user.goTo('campaigns');
  await user.row(name).locator.click();
  await user.press('campaigns_send_to', { people: people(4) });
  await user.dialog.press('campaigns_send_to', { people: people(4) });
  await server.taken(2);
  await user.sees('campaigns_run_sent', { sent: 1, total: 4 });
  await user.head.pressEntry('ui_more', 'campaigns_run_end');
  await user.sees('campaigns_run_end_title', { name });
  await user.looks('campaign end');
  await user.pressLike('campaigns_run_end_verb', 'people');
  server.release();
  await user.sees('app_campaign_cancelled');
  await user.row(rows[3].address).sees('app_skip_cancelled');
  assert.equal(server.recipients.length, 2, 'an ended campaign sends nothing');
});

async function suppress(user, { address }) {
  await user.goTo('contacts');
  await user.followText(user.say('contacts_suppressed'));
  await user.press('contacts_suppress');
  await user.dialog.fill('contacts_suppress_addresses', address);
  await user.dialog.press('contacts_suppress_verb', { count: 1, shown: 1 });
  await user.row(address).sees('app_suppressed_manual');
  await user.looks('suppression list');
}

async function plan(user, people) {
  await user.goTo('campaigns');
  await user.sees('campaigns_empty_title');
  await user.looks('campaigns empty');
  await user.press('campaigns_new');
  const title = user.page.getByRole('textbox', { name: user.say('campaigns_name') });
  await title.fill(name);
  await title.press('Enter');

  await user.tickText(list);
  await user.seesText(people(11));
  await user.seesText(user.say('campaigns_left_out', { shown: 1 }));
  await user.page.getByText(user.say('campaigns_left_out_why')).click();
  await user.sees('campaigns_left_out_manual', { count: 1 });
  await user.looks('campaign who');
  await user.press('campaigns_continue');

  await user.chooseText(template);
  await user.looks('campaign what');
  await user.press('campaigns_continue');
  await unfold(user, 'campaigns_from');
  await user.seesText('Tea 茶园 <tea@example.com>');
  await user.looks('campaign from');
}

async function tryOut(user, server) {
  await user.press('campaigns_test');
  const preview = user.dialog;
  const mail = await preview.mail();
  await mail.getByRole('heading', { name: '秋茶 autumn' }).waitFor();
  await preview.fill('campaigns_test_to', 'me@home.example');
  await preview.press('campaigns_test_send');
  await preview.sees('campaigns_test_done', { to: 'me@home.example' });
  assert.deepEqual(server.recipients, ['me@home.example']);
  await user.looks('campaign test mail');
  await preview.press('ui_close');
}

/** From another screen, where a bar shows what is being sent. */
async function pause(user, server) {
  const running = user.part('region', 'app_running');
  await user.goTo('contacts');
  await running.seesText(name);
  await running.press('app_running_pause');
  server.release();
  await running.sees('app_running_paused');
  const taken = server.recipients.length;
  await user.looks('campaign bar');
  await running.followText(name);
  await user.sees('campaigns_halt_user');
  await user.looks('campaign paused');
  assert.equal(server.recipients.length, taken, 'a paused campaign sends nothing');
}

async function readReport(user) {
  await user.row(rows.at(-1).address).sees('app_delivery_sent');
  await user.looks('campaign report');
  const chips = user.part('group', 'campaigns_filter');
  const filter = (state) => chips.locator.getByRole('button', { name: user.say(`app_delivery_${state}`) }).click();

  await filter('failed');
  await user.row(nobody.address).sees('app_verdict_recipient_unknown');
  await user.seesNoText(formula.address);
  await user.row(nobody.address).locator.click();
  await user.dialog.seesText('550 5.1.1 no such mailbox here');
  await user.looks('campaign recipient');
  await user.dialog.press('ui_close');
  await filter('skipped');
  await user.row(homeless.address).sees('app_skip_missing_field');
  await user.row(outcast.address).sees('app_skip_suppressed');
  await filter('skipped');

  await user.openTab('campaigns_tab_reasons');
  await user.sees('campaigns_advice_recipient_unknown');
  await user.looks('campaign reasons');
  await readExport(user);
}

async function readExport(user) {
  const saved = await download(user, () => user.press('campaigns_run_export'));
  assert.equal(saved.name, `${user.say('campaigns_run_file', { name })}.csv`);
  const lines = saved.text.trimEnd().split('\r\n');
  assert.equal(lines.length, 1 + 12);
  assert.ok(
    lines.some((line) => line.includes(formula.address) && line.includes("'=1+1")),
    'a name can run as a formula',
  );
  assert.ok(lines.some((line) => line.includes(nobody.address) && line.includes('no such mailbox here')));
}

function unfold(user, section) {
  return user.page.locator('main h2').getByText(user.say(section), { exact: true }).click();
}
