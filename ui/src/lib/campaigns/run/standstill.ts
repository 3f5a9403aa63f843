import { keepsSecrets } from '$lib/accounts/draft';
import { show } from '$lib/app/format.svelte';
import { heldText, hintText } from '$lib/app/problem';
import { m } from '$lib/paraglide/messages';
import type { AccountView, CampaignAccount, CampaignProgress } from '$lib/rpc/schema';
import { hoursText } from '../retries';
import { comingText } from '../words';

/** Why nothing (or little) goes out at the moment, and what helps. */
export interface Standstill {
  tone: 'info' | 'warning';
  text: string;
  /** Said behind the text: the next step. */
  next?: string;
  /** Said below: one line for each account that rests. */
  lines?: string[];
  /** The server's words. */
  detail?: string;
  action?: 'account' | 'accounts' | 'unlock';
  /** Other accounts go on. */
  goesOn?: boolean;
}

/** What is known besides the progress. `account` is the first one. */
export interface Surroundings {
  account: AccountView | undefined;
  /** What the provider wants as password, for a refused login; see `AccountSuggestion.hint`. */
  hint: string | null;
  /** The server's words when an account problem paused it, or empty. */
  pauseDetail: string;
  /** The passwords are locked. */
  locked: boolean;
  /** For how many hours mails that are put off are tried again. */
  retryHours: number;
}

/** What holds the account and what to do: the provider's own way of logging in, where that is the matter. */
function whyHeld(verdict: string, hint: string | null): string {
  return (verdict === 'account_login' ? hintText(hint) : undefined) ?? heldText(verdict);
}

/** With a proxy, it may be what cannot be reached. */
function withProxy(standstill: Standstill, account: AccountView | undefined): Standstill {
  return account?.proxy ? { ...standstill, next: m.campaigns_wait_proxy({ proxy: account.proxy }) } : standstill;
}

/** Why an account sends nothing at the moment, or undefined when it can. */
export function restText(account: CampaignAccount): string | undefined {
  const { name, state, untilMs } = account;
  const when = untilMs === null ? '' : comingText(untilMs);
  if (state === 'waits') return m.campaigns_account_waits({ name, when });
  if (state !== 'held') return undefined;
  const why = heldText(account.verdict ?? '');
  return when ? m.campaigns_account_rests({ name, when, why }) : m.campaigns_account_held({ name, why });
}

/** The accounts that still send for it. */
const current = (progress: CampaignProgress) => progress.accounts.filter((account) => account.weight > 0);

/** Which of several accounts rest, and whether the others go on. */
function whoRests(accounts: readonly CampaignAccount[]): Standstill | undefined {
  const lines = accounts.map(restText).filter((line) => line !== undefined);
  if (lines.length === 0) return undefined;
  const goesOn = lines.length < accounts.length;
  const text = goesOn ? m.campaigns_wait_some() : m.campaigns_wait_all();
  return { tone: 'info', text, lines, goesOn, action: 'accounts' };
}

function whilePaused(progress: CampaignProgress, { account, hint, pauseDetail }: Surroundings): Standstill {
  const reason = progress.pauseReason;
  if (reason === 'network') return withProxy({ tone: 'warning', text: m.campaigns_halt_network() }, account);
  if (reason === 'journal') return { tone: 'warning', text: m.campaigns_halt_journal() };
  if (reason === 'failures') return { tone: 'warning', text: m.campaigns_halt_failures() };
  if (reason !== 'account') return { tone: 'info', text: m.campaigns_halt_user() };
  const accounts = current(progress);
  if (accounts.length > 1) {
    const lines = accounts.map(restText).filter((line) => line !== undefined);
    return { tone: 'warning', text: m.campaigns_halt_accounts(), lines, action: 'accounts' };
  }
  const held = account?.held;
  const detail = pauseDetail || held?.detail;
  return {
    tone: 'warning',
    text: m.campaigns_halt_account(),
    next: held ? whyHeld(held.verdict, hint) : m.campaigns_halt_account_next(),
    action: 'account',
    ...(detail && { detail }),
  };
}

/** What ended it unexpectedly, and when it is tried again. */
function afterError(progress: CampaignProgress): Standstill | undefined {
  const texts: Record<string, () => string> = {
    database: m.campaigns_wait_database,
    program: m.campaigns_wait_program,
  };
  const text = texts[progress.pauseReason ?? '']?.();
  if (text === undefined) return undefined;
  const { waitsUntilMs } = progress;
  const next =
    waitsUntilMs === null ? m.campaigns_wait_error() : m.campaigns_wait_error_until({ when: comingText(waitsUntilMs) });
  return { tone: 'warning', text, next };
}

function whileRunning(progress: CampaignProgress, around: Surroundings): Standstill | undefined {
  const { account, hint, locked } = around;
  const error = afterError(progress);
  if (error) return error;
  if (progress.pauseReason === 'journal') return { tone: 'warning', text: m.campaigns_wait_journal() };
  if (progress.pauseReason === 'network') {
    return withProxy({ tone: 'warning', text: m.campaigns_wait_network() }, account);
  }
  if (locked && account && keepsSecrets(account))
    return { tone: 'warning', text: m.campaigns_wait_locked(), action: 'unlock' };
  const accounts = current(progress);
  const rest = accounts.length > 1 ? whoRests(accounts) : undefined;
  if (rest) return rest;
  if (account?.held && accounts.length <= 1) {
    const { verdict, detail, untilMs } = account.held;
    const why = whyHeld(verdict, hint);
    const text =
      untilMs === null
        ? m.campaigns_wait_account({ why })
        : m.campaigns_wait_account_until({ why, when: comingText(untilMs) });
    return { tone: 'info', text, ...(detail && { detail }) };
  }
  if (progress.waitsUntilMs !== null) {
    return { tone: 'info', text: m.campaigns_wait_limit({ when: comingText(progress.waitsUntilMs) }) };
  }
  const { queued, armed, deferred } = progress.counts;
  if (queued + armed > 0 || deferred === 0) return undefined;
  const time = hoursText(around.retryHours);
  return { tone: 'info', text: m.campaigns_wait_retries({ count: deferred, shown: show.number(deferred), time }) };
}

/** Why a campaign stands still, or undefined when it goes on or has ended. */
export function standstillOf(progress: CampaignProgress, around: Surroundings): Standstill | undefined {
  if (progress.state === 'paused') return whilePaused(progress, around);
  return progress.state === 'running' ? whileRunning(progress, around) : undefined;
}
