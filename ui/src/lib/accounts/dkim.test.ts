import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { showLocale } from '$lib/app/locale.svelte';
import type { AccountView, DkimView, SetDkim } from '$lib/rpc/schema';
import { answerWith, calls } from '../../test/fake-host';
import { fieldsFromDkim, nextSelector, toSetDkim } from './dkim';
import DkimDrawer from './DkimDrawer.svelte';

vi.mock('$lib/host', () => import('../../test/fake-host'));

const unsigned: AccountView = {
  ...{ id: 5, name: 'Shop', kind: 'smtp', host: 'mail.shop.cn', port: 587, tls: 'starttls', user: null },
  ...{ loginKind: 'password', mechanism: 'automatic', hasPassword: false, proxy: null, trustedCertificate: null },
  ...{ from: { name: 'Li', address: 'li@shop.cn' }, replyTo: null, dkim: null, maxConnections: 2, burst: 1 },
  ...{ takesBursts: null, lockstepSinceMs: null, held: null, sentToday: 0, createdAtMs: 0 },
};
const dkim: DkimView = {
  ...{ algorithm: 'rsa', domain: 'shop.cn', selector: 'hongyan', aligned: true },
  ...{ recordName: 'hongyan._domainkey.shop.cn', recordValue: 'v=DKIM1; k=rsa; p=MIIB' },
  recordStrings: '"v=DKIM1; k=rsa; p=MI" "IB"',
};
const signed = { ...unsigned, dkim };

beforeEach(() => showLocale('en'));

function open(account: AccountView) {
  const onremove = vi.fn();
  const onclose = vi.fn();
  render(DkimDrawer, { account, onclose, onremove });
  return { onremove, onclose };
}

const choose = async (label: RegExp) => userEvent.click(await screen.findByRole('radio', { name: label }));
const selector = async () => (await screen.findByLabelText<HTMLInputElement>('Name of the key (selector)')).value;
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

it('makes a key for the domain of the From address and shows what to enter there', async () => {
  answerWith({ 'account.set_dkim': () => signed });
  open(unsigned);
  await choose(/With a new key/);
  await press('Sign my mails');
  const request: SetDkim = { id: 5, key: 'rsa', pem: null, selector: 'hongyan', domain: 'shop.cn' };
  expect(calls).toEqual([{ command: 'account.set_dkim', request }]);
  await screen.findByText('hongyan._domainkey.shop.cn');
  screen.getByText('v=DKIM1; k=rsa; p=MIIB');
});

it('says beside the key what is wrong with it', async () => {
  answerWith({
    'account.set_dkim': () => {
      throw { code: 'dkim_key_invalid', params: { reason: 'encrypted' }, field: 'pem' };
    },
  });
  open(unsigned);
  await choose(/With a key I have/);
  await userEvent.type(await screen.findByLabelText('Private key'), 'abc');
  await press('Sign my mails');
  await screen.findByText(/locked with a passphrase/);
  expect(calls[0]?.request).toMatchObject({ key: 'pem', pem: 'abc' });
});

it('leaves it to the page to ask before a key goes', async () => {
  answerWith({});
  const { onremove } = open(signed);
  await choose(/Do not sign/);
  await press('Remove the key…');
  expect(onremove).toHaveBeenCalledOnce();
  expect(calls).toEqual([]);
});

it('warns where the domain that signs is not the sender’s', async () => {
  answerWith({});
  open({ ...signed, dkim: { ...dkim, aligned: false, domain: 'other.cn' } });
  await screen.findByText(/other\.cn signs them/);
});

it('gives another key a name of its own, unless the user chose one', async () => {
  answerWith({ 'account.set_dkim': () => signed });
  open(signed);
  await choose(/With a new key/);
  expect(await selector()).toBe('hongyan2');
  await choose(/With the key in use/);
  expect(await selector()).toBe('hongyan');
  expect(nextSelector('s2026-9')).toBe('s2026-10');
});

it('keeps the key where only its name changes', () => {
  const fields = { ...fieldsFromDkim(signed), selector: ' s2 ' };
  expect(toSetDkim(5, fields)).toEqual({ id: 5, key: 'kept', pem: null, selector: 's2', domain: 'shop.cn' });
  expect(toSetDkim(5, { ...fields, key: 'off' })).toBeNull();
});
