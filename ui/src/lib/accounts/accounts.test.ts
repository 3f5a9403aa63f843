import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { showLocale } from '$lib/app/locale.svelte';
import type { AccountDraft } from '$lib/rpc/schema';
import { answerWith, calls } from '../../test/fake-host';
import AccountDrawer from './AccountDrawer.svelte';
import { fieldsFromAccount, fieldsFromSuggestion, toDraft } from './draft';

vi.mock('$lib/host', () => import('../../test/fake-host'));

const suggestion = {
  provider: 'QQ 邮箱',
  host: 'smtp.qq.com',
  port: 465,
  tls: 'implicit',
  user: 'a@qq.com',
  hint: 'authorisation_code',
};
const viewOf = (account: AccountDraft) => ({
  ...{
    id: 5,
    kind: 'smtp',
    hasPassword: true,
    dkim: null,
    held: null,
    sentToday: 0,
    takesBursts: null,
    lockstepSinceMs: null,
    createdAtMs: 0,
  },
  ...account,
});
const sent = () => calls.filter((call) => call.command !== 'account.suggest');

beforeEach(() => showLocale('en'));

async function openNew() {
  const onsaved = vi.fn();
  render(AccountDrawer, { account: null, onclose: vi.fn(), onsaved });
  await userEvent.type(await screen.findByLabelText('Your mail address'), 'a@qq.com{Enter}');
  await screen.findByText('Found the settings of QQ Mail.');
  return onsaved;
}

it('the address is enough to find the rest, and the provider’s own word stands at the password', async () => {
  answerWith({ 'account.suggest': () => suggestion, 'account.create': ({ account }) => viewOf(account) });
  const onsaved = await openNew();
  await userEvent.type(screen.getByLabelText('Authorisation code'), 'abcd');
  await userEvent.click(screen.getByRole('button', { name: 'Add account' }));
  await vi.waitFor(() => expect(onsaved).toHaveBeenCalledTimes(1));
  expect(sent()[0]?.request).toMatchObject({
    account: {
      host: 'smtp.qq.com',
      port: 465,
      tls: 'implicit',
      password: 'abcd',
      replyTo: null,
      from: { address: 'a@qq.com' },
    },
  });
});

it('a connection without encryption needs a deliberate tick', async () => {
  answerWith({ 'account.suggest': () => ({ ...suggestion, tls: 'none', port: 25 }) });
  await openNew();
  const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Add account' });
  expect(save.disabled).toBe(true);
  await userEvent.click(screen.getByLabelText('I know; connect without encryption'));
  expect(save.disabled).toBe(false);
});

it('a refusal that names a field stands beside the field, and the drawer stays', async () => {
  answerWith({
    'account.suggest': () => suggestion,
    'account.create': () => {
      throw { code: 'name_taken', params: { name: 'QQ Mail' }, field: 'name' };
    },
  });
  const onsaved = await openNew();
  await userEvent.click(screen.getByRole('button', { name: 'Add account' }));
  const sentence = await screen.findByText(/already one called “QQ Mail”/);
  expect(screen.getByLabelText('Name of this account').getAttribute('aria-describedby')).toBe(sentence.id);
  expect(onsaved).not.toHaveBeenCalled();
});

it('a failed test says in plain words what to do, the server’s own words below', async () => {
  const problem = {
    ...{ verdict: 'account_login', stage: 'auth', cause: 'reply', hint: 'authorisation_code' },
    ...{ serverSays: '535 Login fail', certificate: null },
  };
  answerWith({
    'account.suggest': () => suggestion,
    'account.test': () => ({ ok: false, problem, tlsVersion: 'TLS 1.3', server: '220 qq', takesBursts: true }),
  });
  await openNew();
  await userEvent.click(screen.getByRole('button', { name: 'Test connection' }));
  const said = await screen.findByText('535 Login fail');
  expect(said.closest('details')?.open).toBe(false);
  expect(screen.getAllByText(/authorisation code, not your password/)).toHaveLength(2);
});

it('a certificate that nobody vouches for is explained, and trusted only after its fingerprint was compared', async () => {
  const problem = {
    ...{ verdict: 'account_tls', stage: 'tls', cause: 'certificate', hint: null, serverSays: 'it is self-signed' },
    certificate: { fault: 'self_signed', fingerprint: 'AB:CD' },
  };
  const refused = { ok: false, problem, tlsVersion: null, server: '', takesBursts: false };
  const works = { ok: true, problem: null, tlsVersion: 'TLSv1.3', server: '220 here', takesBursts: true };
  answerWith({
    'account.suggest': () => suggestion,
    'account.test': ({ account }) => (account?.trustedCertificate === 'AB:CD' ? works : refused),
  });
  await openNew();
  await userEvent.click(screen.getByRole('button', { name: 'Test connection' }));
  await screen.findByText(/its certificate is self-signed/);
  expect(document.body.textContent).toContain('AB:CD');
  expect(screen.queryByText('What the server said')).toBeNull();
  const trust = screen.getByRole<HTMLButtonElement>('button', { name: 'Trust this certificate' });
  expect(trust.disabled).toBe(true);
  await userEvent.click(screen.getByLabelText('I compared the fingerprint, it is the same'));
  await userEvent.click(trust);
  await screen.findByText(/It works: connected with TLSv1.3/);
});

it('a trusted certificate is trusted at its own server only', () => {
  const fields = fieldsFromSuggestion('a@qq.com', suggestion);
  fields.trusted = { fingerprint: 'AB:CD', host: 'smtp.qq.com', port: 465 };
  expect(toDraft(fields)?.trustedCertificate).toBe('AB:CD');
  fields.host = 'smtp.163.com';
  expect(toDraft(fields)?.trustedCertificate).toBeNull();
});

it('an empty password keeps the one that is kept', () => {
  const draft = toDraft(fieldsFromSuggestion('a@qq.com', suggestion));
  expect(draft?.password).toBeNull();
  const again = draft ? toDraft(fieldsFromAccount(viewOf(draft))) : null;
  expect(again).toEqual(draft);
});
