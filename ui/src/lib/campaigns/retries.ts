import { show } from '$lib/app/format.svelte';
import { m } from '$lib/paraglide/messages';

/** For how many hours a new campaign tries mails again that servers put off. */
export const USUAL_RETRY_HOURS = 72;

/** What can be chosen here, in hours; the command line takes any number from the first to the last. */
const OFFERED = [1, 4, 12, 24, 2 * 24, USUAL_RETRY_HOURS, 7 * 24, 14 * 24];

/** `12 hours`, and whole days as days: `3 days` / `3 天`. */
export function hoursText(hours: number): string {
  const days = hours / 24;
  return Number.isInteger(days)
    ? m.campaigns_days({ count: days, shown: show.number(days) })
    : m.campaigns_hours({ count: hours, shown: show.number(hours) });
}

/** What can be chosen, and what is chosen even where it is none of these. */
export function retryOptions(chosen: number): { value: string; label: string; detail?: string }[] {
  const hours = [...new Set([...OFFERED, chosen])].sort((a, b) => a - b);
  return hours.map((one) => ({
    value: String(one),
    label: hoursText(one),
    ...(one === USUAL_RETRY_HOURS && { detail: m.campaigns_retry_usual() }),
  }));
}
