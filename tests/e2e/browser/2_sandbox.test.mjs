// The sandbox: there from the start, it keeps every mail and shows it as people would get it.
import assert from 'node:assert/strict';

import { givenCampaign, givenList, givenTemplate, people, sandbox } from './given.mjs';
import { story } from './story.mjs';

story('the sandbox is there from the start, and empty', async (scene) => {
  const user = await scene.open();

  await user.goTo('sandbox');
  await user.sees('sandbox_empty_title');
  await user.looks('sandbox empty');

  await user.goTo('accounts');
  await user.sees('accounts_sandbox_text');
  await user.follow('accounts_sandbox_open');
  await user.seesScreen('sandbox_title');
});

story('each person gets a mail of their own, and all of it can be looked at', async (scene) => {
  givenList(scene);
  givenTemplate(scene);
  givenCampaign(scene, 'Autumn 秋', sandbox);
  scene.given('campaign', 'start', 'Autumn 秋', '--wait');
  const user = await scene.open();
  const mail = user.part('region', 'sandbox_mail');
  const identities = new Set();

  await user.goTo('sandbox');
  for (const { address, name, city } of people) {
    await user.row(address).locator.click();
    await mail.seesText(address);
    const body = await mail.mail();
    await body.getByText(`您好 ${name}`).waitFor();

    await mail.openTab('sandbox_view_text');
    await mail.seesText(`您好 ${name}, ${city || 'everywhere'}`);

    await mail.openTab('sandbox_view_headers');
    await mail.seesText('List-Unsubscribe');

    await mail.openTab('sandbox_view_source');
    const source = await mail.locator.locator('pre').innerText();
    assertOwnMail(source, address);
    identities.add(/^Message-ID: (.+)$/m.exec(source)?.[1]);
    assert.match(await mail.locator.innerText(), /\d[\d.]* (k?B)/, 'the size is not shown');
    await mail.openTab('sandbox_view_html');
  }
  assert.equal(identities.size, people.length);
  await user.looks('sandbox');

  await user.search('sandbox_search', 'anna');
  await user.seesNoText(people[0].address);
  await user.search('sandbox_search', '');
  await user.press('sandbox_phone');
  await user.openTab('sandbox_view_headers');
  await user.looks('sandbox headers');
});

/** One address in To and no other person's anywhere; text and HTML; ways to leave; nothing but ASCII in the headers. */
function assertOwnMail(source, address) {
  const headers = source.slice(0, source.search(/\r?\n\r?\n/)).replace(/\r?\n[ \t]+/g, ' ');
  assert.match(headers, new RegExp(`^To: .*<?${address}>?$`, 'm'));
  for (const other of people.filter((one) => one.address !== address)) {
    assert.ok(!source.includes(other.address), `the mail for ${address} names ${other.address}`);
  }
  assert.match(headers, /^Content-Type: multipart\/alternative/m);
  assert.match(headers, /^List-Unsubscribe: <mailto:/m);
  assert.match(headers, /^Date: /m);
  assert.match(headers, /^From: /m);
  assert.match(headers, /^Subject: .*=\?utf-8\?/im);
  // eslint-disable-next-line no-control-regex -- headers are ASCII
  assert.match(headers, /^[\x00-\x7f]*$/);
}
