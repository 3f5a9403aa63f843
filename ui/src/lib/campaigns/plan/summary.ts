import { show } from '$lib/app/format.svelte';
import { m } from '$lib/paraglide/messages';
import { comingText, people } from '../words';
import type { Departure } from './departure';
import type { Planning } from './planning.svelte';

/** The address that it comes from; several accounts are only counted, as each has its line below. */
function fromText({ chosen }: Planning): string {
  const [first, ...others] = chosen;
  return others.length > 0
    ? m.campaigns_from_several({ count: show.number(chosen.length) })
    : (first?.from.address ?? '');
}

/** What will happen, in one sentence. */
export function summaryText(planning: Planning): string {
  const { account, sendable, plan } = planning;
  const departure = planning.departure.value;
  const values = {
    name: plan.name,
    people: people(sendable),
    from: fromText(planning),
  };
  const isSandbox = account?.kind === 'sandbox';
  if (departure.kind === 'at' || departure.kind === 'kept') {
    const when = show.dateTime(departure.atMs);
    if (isSandbox) return m.campaigns_will_sandbox_at({ ...values, when });
    if (departure.kind === 'kept') return m.campaigns_will_scheduled({ ...values, when });
    return m.campaigns_will_at({ ...values, when });
  }
  return isSandbox ? m.campaigns_will_sandbox(values) : m.campaigns_will_now(values);
}

/** How long it takes, and when it ends where it begins at a set time. */
export function takesText(seconds: number, departure: Departure): string {
  const duration = show.duration(seconds);
  if (departure.kind !== 'at' && departure.kind !== 'kept') return m.campaigns_takes({ duration });
  return m.campaigns_ends({ duration, time: show.time(departure.atMs + seconds * 1000) });
}

/** What the main button says. */
export function departureVerb(planning: Planning): string {
  const departure = planning.departure.value;
  if (departure.kind === 'at') {
    const when = comingText(departure.atMs);
    return planning.isScheduled ? m.campaigns_reschedule_for({ when }) : m.campaigns_schedule_for({ when });
  }
  return planning.sendable > 0 ? m.campaigns_send_to({ people: people(planning.sendable) }) : m.campaigns_nobody();
}
