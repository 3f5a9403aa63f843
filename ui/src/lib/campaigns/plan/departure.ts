const DAY_MS = 86_400_000;
const MORNING = 9;

export type Mode = 'now' | 'later';

/** When it goes out, as it is chosen at the moment. `kept` is the time that is set already. */
export type Departure =
  { kind: 'now' } | { kind: 'at'; atMs: number } | { kind: 'kept'; atMs: number } | { kind: 'past' } | { kind: 'open' };

/** What a choice of time means, beside the time that is set already (null in a draft). */
export function departureOf(mode: Mode, atMs: number | null, setMs: number | null, nowMs: number): Departure {
  if (mode === 'now') return { kind: 'now' };
  if (atMs === null) return { kind: 'open' };
  if (atMs === setMs) return { kind: 'kept', atMs };
  return atMs <= nowMs ? { kind: 'past' } : { kind: 'at', atMs };
}

/** Tomorrow at nine, on the clock of this computer. */
export function tomorrowMorning(nowMs: number): number {
  return new Date(new Date(nowMs).setHours(0, 0, 0, 0) + DAY_MS * 1.5).setHours(MORNING, 0, 0, 0);
}
