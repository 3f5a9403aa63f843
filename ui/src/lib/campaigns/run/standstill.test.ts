import { describe, expect, it, vi } from 'vitest';
import type { AccountView, CampaignAccount, CampaignProgress, Counts } from '$lib/rpc/schema';
import { standstillOf, type Surroundings } from './standstill';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

const none: Counts = { queued: 0, armed: 0, sent: 0, deferred: 0, failed: 0, in_doubt: 0, skipped: 0 };
const progress = (state: string, pauseReason: string | null, counts: Partial<Counts> = { queued: 5 }) =>
  ({
    id: 1,
    name: 'x',
    state,
    pauseReason,
    counts: { ...none, ...counts },
    waitsUntilMs: null,
    accounts: [],
  }) as unknown as CampaignProgress;
const held = (verdict: string, untilMs: number | null) =>
  ({ hasPassword: true, held: { verdict, detail: '535 no', sinceMs: 0, untilMs } }) as AccountView;
const calm: Surroundings = { account: undefined, hint: null, pauseDetail: '', locked: false, retryHours: 30 };

describe('a campaign', () => {
  it('that goes on or has ended needs no explanation', () => {
    expect(standstillOf(progress('running', null), calm)).toBeUndefined();
    expect(standstillOf(progress('finished', null, { sent: 5 }), calm)).toBeUndefined();
    expect(standstillOf(progress('cancelled', null), calm)).toBeUndefined();
  });

  it('paused by its account says what to do, with the server’s words', () => {
    const account = held('account_login', null);
    const halt = standstillOf(progress('paused', 'account'), { ...calm, account, pauseDetail: '535 Login Fail' });
    expect(halt).toMatchObject({ tone: 'warning', action: 'account', detail: '535 Login Fail' });
    expect(halt?.next).toContain('password');
  });

  it('asks for the authorisation code where the provider wants one', () => {
    const around = { ...calm, account: held('account_login', null), hint: 'authorisation_code' };
    expect(standstillOf(progress('paused', 'account'), around)?.next).toContain('authorisation code');
    const other = { ...around, account: held('account_quota', null) };
    expect(standstillOf(progress('paused', 'account'), other)?.next).not.toContain('authorisation code');
  });

  it('paused by hand, by the network or by the disk says so', () => {
    const texts = ['user', 'network', 'journal'].map((why) => standstillOf(progress('paused', why), calm)?.text);
    expect(new Set(texts).size).toBe(3);
    expect(standstillOf(progress('paused', 'user'), calm)?.tone).toBe('info');
  });

  it('that waits while running tells what it waits for, the disk first', () => {
    expect(standstillOf(progress('running', 'journal'), calm)?.text).toContain('disk');
    expect(standstillOf(progress('running', 'network'), calm)?.text).toContain('reached');
    const locked = { ...calm, account: { hasPassword: true, held: null } as AccountView, locked: true };
    expect(standstillOf(progress('running', null), locked)?.action).toBe('unlock');
    const open = { ...locked, account: { hasPassword: false, dkim: null, held: null } as AccountView };
    expect(standstillOf(progress('running', null), open)).toBeUndefined();
  });

  it('that an unexpected error keeps says so, and when it is tried again', () => {
    const at = new Date().setHours(23, 56, 0, 0);
    const halts = ['database', 'program'].map((why) =>
      standstillOf({ ...progress('running', why), waitsUntilMs: at }, calm),
    );
    for (const halt of halts) expect(halt).toMatchObject({ tone: 'warning', next: expect.stringContaining('23:56') });
    expect(halts[0]?.text).toContain('database');
    expect(halts[1]?.text).not.toContain('database');
    expect(standstillOf(progress('running', 'database'), calm)?.next).toContain('being tried again');
  });

  it('that reaches nobody names the proxy where the account has one', () => {
    const account = {
      hasPassword: false,
      dkim: null,
      held: null,
      proxy: 'socks5://li@proxy.example:1080',
    } as AccountView;
    for (const state of ['running', 'paused']) {
      expect(standstillOf(progress(state, 'network'), { ...calm, account })?.next).toContain('proxy.example:1080');
      expect(standstillOf(progress(state, 'network'), calm)?.next).toBeUndefined();
    }
    const locked = standstillOf(progress('running', null), { ...calm, account, locked: true });
    expect(locked?.action).toBe('unlock');
  });

  it('whose account rests says when it goes on', () => {
    const at = new Date().setHours(23, 58, 0, 0);
    const halt = standstillOf(progress('running', null), { ...calm, account: held('account_slow_down', at) });
    expect(halt?.text).toContain('23:58');
  });

  it('whose account has reached its limit says when it goes on', () => {
    const waitsUntilMs = new Date().setHours(23, 57, 0, 0);
    const halt = standstillOf({ ...progress('running', null), waitsUntilMs }, calm);
    expect(halt?.text).toContain('23:57');
  });

  it('with nothing left but retries says how many, and how long it tries', () => {
    const text = standstillOf(progress('running', null, { deferred: 4 }), calm)?.text;
    expect(text).toContain('4');
    expect(text).toContain('30 hours');
    expect(standstillOf(progress('running', null, { deferred: 3, armed: 1 }), calm)).toBeUndefined();
  });

  it('of several accounts names those that rest, and says whether the others go on', () => {
    const of = (name: string, state: string, untilMs: number | null) =>
      ({ name, state, untilMs, verdict: state === 'held' ? 'account_quota' : null, weight: 1 }) as CampaignAccount;
    const later = Date.now() + 3_600_000;
    const some = { ...progress('running', null), accounts: [of('Shop', 'held', later), of('News', 'ready', null)] };
    const rest = standstillOf(some, calm);
    expect(rest).toMatchObject({ tone: 'info', goesOn: true, action: 'accounts' });
    expect(rest?.lines).toHaveLength(1);
    expect(rest?.lines?.[0]).toContain('Shop');
    const all = { ...some, accounts: [of('Shop', 'held', null), of('News', 'waits', later)] };
    expect(standstillOf(all, calm)).toMatchObject({ goesOn: false });
    const paused = { ...progress('paused', 'account'), accounts: [of('Shop', 'held', null), of('News', 'held', null)] };
    expect(standstillOf(paused, calm)).toMatchObject({ tone: 'warning', action: 'accounts' });
    expect(standstillOf(paused, calm)?.lines).toHaveLength(2);
    const calmOnes = { ...some, accounts: [of('Shop', 'ready', null), of('News', 'slowed', null)] };
    expect(standstillOf(calmOnes, calm)).toBeUndefined();
  });
});
