// An account of one's own: the form asks, warns and tests, and the password stays out of the database.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePort } from '../free_port.mjs';
import { startMailServer } from './mail_server.mjs';
import { story } from './story.mjs';

const login = { user: 'tea', password: 'oolong-和-pu-erh-4711' };
const passphrase = 'three cups of green tea';

story('an account is added, tested and changed', async (scene) => {
  const server = await startMailServer({ login });
  scene.onEnd(server.stop);
  const user = await scene.open();
  const form = user.dialog;

  await user.goTo('accounts');
  await user.press('accounts_add');
  await form.fill('accounts_address', 'tea@garden.example');
  await user.looks('account address');
  await form.press('accounts_continue');
  await fillIn(form, server);
  await goWithoutEncryption(user, form);
  await findWhatIsWrong(user, form, server);
  await protect(user, form);
  await user.sees('accounts_added', { name: server.name });
  await user.seesText('tea@garden.example');
  await user.looks('accounts');
  assertNowhere(scene.folder, login.password);

  await user.press('ui_edit');
  await form.sees('accounts_password_kept');
  await form.fill('accounts_from_name', '茶园');
  await form.press('accounts_save');
  await user.seesText('茶园 · tea@garden.example');
  await user.press('accounts_test');
  await user.sees('accounts_test_ok_plain');

  await user.press('accounts_limits_edit');
  await form.fill('accounts_limits_day', '500');
  await user.looks('account limits');
  await form.press('accounts_limits_save');
  await user.sees('accounts_limits_saved', { name: server.name });
  await user.seesText(user.say('accounts_used_of', { used: 0, limit: 500 }));
  await nothingCoversTheButtons(user, server);
  await limitADomain(user, form);

  await aKnownProvider(user, scene, form);

  await user.goTo('settings');
  await user.sees('settings_secrets_vault');
  await user.looks('settings');
});

/** What is told at the foot of the window leaves the buttons of a drawer free, in the smallest window too. */
async function nothingCoversTheButtons(user, server) {
  const before = user.page.viewportSize();
  await user.page.setViewportSize({ width: 960, height: 640 });
  await user.press('accounts_limits_edit');
  const told = user.page.getByText(user.say('accounts_limits_saved', { name: server.name }));
  const [toast, save] = await Promise.all(
    [told, user.dialog.button('accounts_limits_save')].map((one) => one.boundingBox()),
  );
  const apart = toast.x + toast.width <= save.x || toast.y + toast.height <= save.y;
  assert.ok(apart, `${JSON.stringify(toast)} covers ${JSON.stringify(save)}`);
  await user.page.setViewportSize(before);
}

/** Fewer mails to one provider's people, which few need. */
async function limitADomain(user, form) {
  await form.locator.getByText(form.say('accounts_limits_more'), { exact: true }).click();
  await form.press('accounts_limits_domain_add');
  await form.fill('accounts_limits_domain', 'not a domain');
  const domains = form.part('group', 'accounts_limits_domains');
  await domains.fill('accounts_limits_domain_minute', '30');
  await form.press('accounts_limits_save');
  await form.sees('accounts_limits_domain_invalid');
  user.wasRefused();
  await form.fill('accounts_limits_domain', 'QQ.com');
  await user.looks('limits of domains');
  await form.press('accounts_limits_save');
  await user.seesText(
    user.say('accounts_limit_domain', { domain: 'qq.com', text: user.say('accounts_limit_minute', { count: 30 }) }),
  );
}

/** Its limits are there from the start, and one's own can be taken back. */
async function aKnownProvider(user, scene, form) {
  scene.given(
    'account',
    'add',
    '--name',
    'Post',
    '--host',
    'smtp.yandex.com',
    '--port',
    '465',
    '--tls',
    'implicit',
    '--from',
    'a@yandex.com',
  );
  const card = user.within(user.page.getByRole('article').filter({ hasText: 'a@yandex.com' }));
  await user.goTo('home');
  await user.goTo('accounts');
  const day = user.say('accounts_limit_day', { count: 500 });
  await card.seesText(user.say('accounts_limits_by_default', { text: day, provider: 'Yandex' }));
  await card.press('accounts_limits_edit');
  await form.sees('accounts_limits_default', { provider: 'Yandex' });
  await form.fill('accounts_limits_day', '90');
  await form.press('accounts_limits_save');
  await card.seesText(user.say('accounts_used_of', { used: 0, limit: 90 }));
  await card.press('accounts_limits_edit');
  await form.press('accounts_limits_back', { provider: 'Yandex' });
  await card.seesText(user.say('accounts_limits_by_default', { text: day, provider: 'Yandex' }));
}

async function fillIn(form, server) {
  await form.fill('accounts_from_name', '茶园 Tea Garden');
  await form.fill('accounts_reply_to', 'hello@garden.example');
  await form.fill('accounts_name', server.name);
  await form.fill('accounts_host', '127.0.0.1');
  await form.fill('accounts_user', login.user);
  await form.fill('accounts_password', 'not this one');
}

/** Only after a warning. */
async function goWithoutEncryption(user, form) {
  await form.select('accounts_tls', form.say('accounts_tls_none'));
  await form.sees('accounts_tls_none_warning');
  assert.ok(await form.button('accounts_test').isDisabled());
  assert.ok(await form.button('accounts_add_save').isDisabled());
  await user.looks('account without encryption');
  await form.tick('accounts_tls_none_accept');
}

/** Said in plain words: first nobody listens, then the password is wrong, then all is well. */
async function findWhatIsWrong(user, form, server) {
  await form.fill('accounts_port', String(await freePort()));
  await testSays(form, 'app_problem_refused');
  await user.looks('account test refused');
  await form.fill('accounts_port', String(server.port));
  await testSays(form, 'app_problem_login');
  await form.fill('accounts_password', login.password);
  await testSays(form, 'accounts_test_ok_plain');
}

/** Where there is no keyring, a passphrase protects the password. */
async function protect(user, form) {
  await form.press('accounts_add_save');
  await form.sees('error_secrets_missing');
  user.wasRefused();
  await form.press('settings_secrets_create');
  const vault = user.dialogNamed('app_vault_create_title');
  await vault.fill('app_vault_passphrase', passphrase);
  await vault.fill('app_vault_again', passphrase);
  await user.looks('account passphrase');
  await vault.press('app_vault_create');
  await form.press('accounts_add_save');
}

async function testSays(form, sentence) {
  await form.press('accounts_test');
  await form.part('status').sees(sentence);
}

/** The text stands in no file of the folder. */
function assertNowhere(folder, text) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(
    files.some(({ name }) => name.endsWith('.db') || name.endsWith('.sqlite')),
    'there is no database',
  );
  for (const { parentPath, name } of files) {
    assert.ok(!readFileSync(join(parentPath, name)).includes(text), `the password stands in ${name}`);
  }
}
