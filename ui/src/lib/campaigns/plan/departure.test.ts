import { describe, expect, it } from 'vitest';
import { departureOf, tomorrowMorning } from './departure';

const now = new Date('2026-11-23T14:05:00').getTime();

describe('a departure', () => {
  it('is now, at a time, or still open', () => {
    expect(departureOf('now', now + 1, null, now)).toEqual({ kind: 'now' });
    expect(departureOf('later', null, null, now)).toEqual({ kind: 'open' });
    expect(departureOf('later', now + 1, null, now)).toEqual({ kind: 'at', atMs: now + 1 });
  });

  it('cannot be in the past, this very moment included', () => {
    expect(departureOf('later', now, null, now)).toEqual({ kind: 'past' });
    expect(departureOf('later', now - 1, null, now)).toEqual({ kind: 'past' });
  });

  it('that is set already is kept, also while its moment passes', () => {
    expect(departureOf('later', now - 1, now - 1, now)).toEqual({ kind: 'kept', atMs: now - 1 });
    expect(departureOf('later', now + 2, now + 1, now)).toEqual({ kind: 'at', atMs: now + 2 });
  });
});

it('tomorrow morning is nine o’clock on the next day, at any hour and over the end of a year', () => {
  for (const at of ['2026-11-23T00:00:00', '2026-11-23T23:59:59', '2026-12-31T14:00:00']) {
    const from = new Date(at);
    const morning = new Date(tomorrowMorning(from.getTime()));
    const next = new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1, 9);
    expect(morning.getTime()).toBe(next.getTime());
  }
});
