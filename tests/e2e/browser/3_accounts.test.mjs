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
  await user.sees('accounts_limit_day', { count: 500 });

  await user.goTo('settings');
  await user.sees('settings_secrets_vault');
  await user.looks('settings');
});

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
