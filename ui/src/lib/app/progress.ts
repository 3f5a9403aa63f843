import { m } from '$lib/paraglide/messages';
import type { CampaignProgress, Counts } from '$lib/rpc/schema';
import type { Meaning } from '$lib/ui';
import { show } from './format.svelte';

/** The parts of a campaign's progress line that are behind it; the waiting rest is the ground. */
export function progressParts(counts: Counts): { meaning: Meaning; value: number; label: string }[] {
  const part = (meaning: Meaning, value: number, word: string) => ({
    meaning,
    value,
    label: `${word} ${show.number(value)}`,
  });
  return [
    part('sent', counts.sent, m.app_delivery_sent()),
    part('doubt', counts.in_doubt, m.app_delivery_in_doubt()),
    part('failed', counts.failed, m.app_delivery_failed()),
    part('deferred', counts.deferred, m.app_delivery_deferred()),
    part('waiting', counts.skipped, m.app_delivery_skipped()),
  ];
}

/** Why a campaign that is not paused sends nothing at the moment, in a few words; undefined when it goes on. */
export function heldUpText({ state, pauseReason, counts, waitsUntilMs }: CampaignProgress): string | undefined {
  if (state !== 'running') return undefined;
  if (pauseReason === 'network') return m.app_running_network();
  if (pauseReason === 'journal') return m.app_running_journal();
  if (pauseReason === 'database' || pauseReason === 'program') return m.app_running_error();
  if (waitsUntilMs !== null) return m.app_running_limit({ when: show.time(waitsUntilMs) });
  return counts.queued + counts.armed === 0 && counts.deferred > 0 ? m.app_running_retries() : undefined;
}
