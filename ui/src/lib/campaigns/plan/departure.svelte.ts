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

/** The choice of a time. It is kept by the engine only when the user schedules. */
export class DepartureChoice {
  mode = $state<Mode>('now');
  atMs = $state<number | null>(null);
  #setMs = $state<number | null>(null);
  #nowMs = $state(Date.now());

  /** Takes the time that is set, for example after it was set in another window. */
  take(setMs: number | null): void {
    if (setMs === this.#setMs) return;
    this.#setMs = setMs;
    this.mode = setMs === null ? 'now' : 'later';
    this.atMs = setMs;
  }

  choose(mode: Mode): void {
    this.mode = mode;
    if (mode === 'later') this.atMs ??= tomorrowMorning(Date.now());
  }

  /** Looks at the clock; a time chosen an hour ago may have passed. */
  tick(): void {
    this.#nowMs = Date.now();
  }

  get value(): Departure {
    return departureOf(this.mode, this.atMs, this.#setMs, this.#nowMs);
  }
}
