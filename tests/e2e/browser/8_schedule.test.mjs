// A campaign for later: it waits for its time, can be changed until then, and goes out by itself.
import assert from 'node:assert/strict';

import { givenList, givenTemplate, list, people, template } from './given.mjs';
import { story } from './story.mjs';

const SOON_MS = 5_000;

story('a campaign goes out at the time it was given', async (scene) => {
  givenList(scene);
  givenTemplate(scene);
  const user = await scene.open();

  await user.goTo('campaigns');
  await user.press('campaigns_new');
  await user.tickText(list);
  await user.press('campaigns_continue');
  await user.chooseText(template);
  await user.page.locator('main h2').getByText(user.say('campaigns_when'), { exact: true }).click();
  await user.choose('campaigns_when_later');
  await user.fill('campaigns_when_field', '2020-02-20T20:20');
  await user.sees('campaigns_when_past');
  await user.fill('campaigns_when_field', localTime(Date.now() + 86_400_000));
  await user.part('complementary', 'campaigns_rail').seesNoText('you@sandbox.example');
  await user.looks('campaign when');
  await user.pressLike('campaigns_schedule_for', 'when');
  await user.dialog.sees('campaigns_confirm_sandbox');
  await user.dialog.pressLike('campaigns_schedule_for', 'when');
  await user.sees('app_campaign_scheduled');
  await user.looks('campaign scheduled');

  await findScheduled(user);
  await user.press('campaigns_change');
  await user.fill('campaigns_when_field', localTime(Date.now() + SOON_MS));
  await user.pressLike('campaigns_reschedule_for', 'when');
  await user.dialog.pressLike('campaigns_schedule_for', 'when');
  await user.sees('app_campaign_finished');
  await user.sees('campaigns_run_sent', { sent: people.length, total: people.length });

  await user.goTo('campaigns');
  await user.sees('app_campaign_finished');
  await user.looks('campaigns');
  const caught = JSON.parse(scene.given('sandbox', 'list', '--json'));
  assert.equal(caught.rows?.length ?? caught.length, people.length);
});

async function findScheduled(user) {
  await user.goTo('home');
  await user.sees('home_next');
  await user.looks('home with a campaign to come');
  await user.goTo('campaigns');
  await user.row(user.say('app_campaign_scheduled')).locator.click();
}

/** `2026-11-23T14:05:30` on the clock of this computer, as a field for date and time takes it. */
function localTime(ms) {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
