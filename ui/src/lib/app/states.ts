import Ban from '@lucide/svelte/icons/ban';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CirclePause from '@lucide/svelte/icons/circle-pause';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import CircleX from '@lucide/svelte/icons/circle-x';
import Clock from '@lucide/svelte/icons/clock';
import Gauge from '@lucide/svelte/icons/gauge';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import Send from '@lucide/svelte/icons/send';
import SkipForward from '@lucide/svelte/icons/skip-forward';
import type { Component } from 'svelte';
import { m } from '$lib/paraglide/messages';
import type { CampaignAccount } from '$lib/rpc/schema';
import type { Meaning } from '$lib/ui';

/** How a state looks and what it is called. */
export interface StateLook {
  meaning: Meaning;
  icon: Component<{ size?: number | string; class?: string }>;
  label: string;
}

const look = (meaning: Meaning, icon: StateLook['icon'], label: () => string) => ({ meaning, icon, label });

const deliveryLooks = {
  queued: look('waiting', CircleDashed, m.app_delivery_queued),
  armed: look('accent', Send, m.app_delivery_armed),
  sent: look('sent', CircleCheck, m.app_delivery_sent),
  deferred: look('deferred', Clock, m.app_delivery_deferred),
  failed: look('failed', CircleX, m.app_delivery_failed),
  in_doubt: look('doubt', CircleQuestionMark, m.app_delivery_in_doubt),
  skipped: look('waiting', SkipForward, m.app_delivery_skipped),
};

const campaignLooks = {
  draft: look('waiting', PencilLine, m.app_campaign_draft),
  scheduled: look('accent', CalendarClock, m.app_campaign_scheduled),
  running: look('accent', Send, m.app_campaign_running),
  paused: look('deferred', CirclePause, m.app_campaign_paused),
  finished: look('sent', CircleCheck, m.app_campaign_finished),
  cancelled: look('waiting', Ban, m.app_campaign_cancelled),
};

function pick<Word extends string>(
  looks: Record<Word, { meaning: Meaning; icon: StateLook['icon']; label: () => string }>,
  word: string,
  otherwise: Word,
): StateLook {
  const found = looks[word as Word] ?? looks[otherwise];
  return { ...found, label: found.label() };
}

/** How an account of a campaign is; spread it on a `StateBadge`. */
export function accountLook(account: Pick<CampaignAccount, 'state' | 'untilMs' | 'weight'>): StateLook {
  if (account.weight === 0) return { meaning: 'waiting', icon: Ban, label: m.accounts_state_gone() };
  if (account.state === 'held' && account.untilMs === null) {
    return { meaning: 'failed', icon: CirclePause, label: m.accounts_state_held() };
  }
  if (account.state === 'held') return { meaning: 'deferred', icon: CirclePause, label: m.accounts_state_rests() };
  if (account.state === 'waits') return { meaning: 'deferred', icon: Clock, label: m.accounts_state_waits() };
  if (account.state === 'slowed') return { meaning: 'deferred', icon: Gauge, label: m.accounts_state_slowed() };
  return { meaning: 'sent', icon: CircleCheck, label: m.accounts_state_ready() };
}

/** The look of a delivery's state; spread it on a `StateBadge`. */
export function deliveryLook(state: string): StateLook {
  return pick(deliveryLooks, state, 'queued');
}

/** The look of a campaign's state; a pause by a problem is red. */
export function campaignLook(state: string, pauseReason: string | null = null): StateLook {
  const found = pick(campaignLooks, state, 'draft');
  const byProblem = state === 'paused' && pauseReason !== null && pauseReason !== 'user';
  return byProblem ? { ...found, meaning: 'failed' } : found;
}
