import { type Departure, departureOf, type Mode, tomorrowMorning } from './departure';

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
