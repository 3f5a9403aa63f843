import { show } from '$lib/app/format.svelte';
import { m } from '$lib/paraglide/messages';
import type { Counts } from '$lib/rpc/schema';

/** Recipients in all. */
export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Those that may still get it. */
export function openOf(counts: Counts): number {
  return counts.queued + counts.armed + counts.deferred;
}

/** `842 of 1,204 sent`, and what the user should look at. */
export function countsText(counts: Counts): string {
  const parts = [m.campaigns_sent_of({ sent: show.number(counts.sent), total: show.number(totalOf(counts)) })];
  if (counts.failed > 0) parts.push(m.campaigns_count_failed({ count: show.number(counts.failed) }));
  if (counts.in_doubt > 0) parts.push(m.campaigns_count_doubt({ count: show.number(counts.in_doubt) }));
  return parts.join(' · ');
}
