// The program is killed in the middle of a campaign and started again: it goes on by itself, nobody is lost, nobody
// gets a second mail, and what was on its way at that moment is said to be in doubt.
import assert from 'node:assert/strict';

import { crowd, givenAccount, givenCampaign, givenList, givenTemplate } from './given.mjs';
import { startMailServer } from './mail_server.mjs';
import { story } from './story.mjs';

const name = 'Autumn 秋';
const CONNECTIONS = 2;
const CONFIRMED = 10;
const rows = crowd(40);

story('a campaign that was cut off goes on by itself', async (scene) => {
  const server = await startMailServer({ holdAfter: CONFIRMED });
  scene.onEnd(server.stop);
  givenList(scene, rows);
  givenTemplate(scene);
  givenAccount(scene, server, CONNECTIONS);
  givenCampaign(scene, name, server.name);
  const total = rows.length;
  const people = (count) => scene.say('campaigns_people', { count, shown: count });
  let user = await scene.open();

  await user.goTo('campaigns');
  await user.row(name).locator.click();
  await user.press('campaigns_send_to', { people: people(total) });
  await user.dialog.press('campaigns_send_to', { people: people(total) });
  await user.sees('campaigns_run_sent', { sent: CONFIRMED, total });
  await server.taken(CONFIRMED + CONNECTIONS);

  // These two went out whole, and their confirmation never arrives.
  const unconfirmed = server.recipients.slice(CONFIRMED);
  await scene.kill();
  await user.sees('app_disconnected');
  // A screen whose code was not read yet says the same, and not that there is no such page.
  await user.goTo('sandbox');
  await user.sees('error_disconnected');
  await user.screenshot('app gone');
  server.release();

  user = await scene.open();
  await user.sees('home_recent');
  await user.sees('home_need_doubt', { count: CONNECTIONS, shown: CONNECTIONS, name });
  await user.looks('home in doubt');
  await user.follow('home_need_doubt_do');
  await user.sees('app_campaign_finished');
  await user.sees('campaigns_run_sent', { sent: total - CONNECTIONS, total });
  await user.sees('campaigns_doubt_note', { count: CONNECTIONS, shown: CONNECTIONS });
  for (const address of unconfirmed) await user.row(address).sees('app_delivery_in_doubt');
  await user.looks('campaign in doubt');

  assert.equal(server.recipients.length, total, 'somebody got a second mail, or none');
  assert.deepEqual(
    [...server.recipients].sort(),
    rows.map(({ address }) => address),
  );
  await sendAgain(user, people(CONNECTIONS));
  await user.sees('campaigns_run_sent', { sent: total, total });
  assert.deepEqual(server.recipients.slice(total).sort(), [...unconfirmed].sort());
});

/** Only the user may say that they get it again. */
async function sendAgain(user, people) {
  await user.pressEntry('campaigns_again', 'campaigns_again_in_doubt', { people });
  await user.sees('campaigns_again_text_in_doubt');
  await user.looks('campaign send again');
  await user.press('campaigns_again_verb', { people });
}
