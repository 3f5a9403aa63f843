import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDay,
  formatDuration,
  formatMoment,
  formatNames,
  formatNumber,
  formatShare,
  formatTotal,
} from '.';

const at = (text: string) => new Date(text).getTime();
const now = at('2026-11-23T14:05:00');

describe('numbers', () => {
  it('have separators in both languages', () => {
    expect(formatNumber(1_204_567, 'en')).toBe('1,204,567');
    expect(formatNumber(1_204_567, 'zh-CN')).toBe('1,204,567');
    expect(formatTotal(5000, true, 'en')).toBe('5,000+');
  });

  it('of a share never claim all or nothing too early', () => {
    expect(formatShare(9_999, 10_000, 'en')).toBe('99%');
    expect(formatShare(1, 10_000, 'en')).toBe('1%');
    expect(formatShare(0, 10, 'en')).toBe('0%');
    expect(formatShare(10, 10, 'en')).toBe('100%');
    expect(formatShare(0, 0, 'en')).toBe('0%');
  });

  it('of bytes keep one digit while it says something', () => {
    expect(formatBytes(0, 'en')).toBe('0 B');
    expect(formatBytes(999, 'en')).toBe('999 B');
    expect(formatBytes(12_345, 'en')).toBe('12.3 kB');
    expect(formatBytes(999_600, 'en')).toBe('1 MB');
    expect(formatBytes(250_000_000, 'zh-CN')).toBe('250 MB');
  });
});

describe('durations', () => {
  it('are as rough as they are known', () => {
    expect(formatDuration(3, 'en')).toBe('a few seconds');
    expect(formatDuration(42 * 60, 'en')).toBe('about 42 min');
    expect(formatDuration(42 * 60, 'zh-CN')).toBe('约 42 分钟');
    expect(formatDuration(3600 + 1500, 'en')).toBe('about 1 h 25 min');
    expect(formatDuration(86_400 * 2, 'zh-CN')).toBe('约 2 天');
  });

  it('never show sixty of a smaller unit', () => {
    for (let seconds = 0; seconds < 3 * 86_400; seconds += 7)
      expect(formatDuration(seconds, 'en')).not.toMatch(/\b60\b/);
  });
});

describe('moments', () => {
  it('are said as people say them', () => {
    expect(formatMoment(now - 5_000, 'en', now)).toBe('Just now');
    expect(formatMoment(now - 5 * 60_000, 'en', now)).toBe('5 minutes ago');
    expect(formatMoment(at('2026-11-23T09:00:00'), 'en', now)).toBe('Today 09:00');
    expect(formatMoment(at('2026-11-22T23:59:00'), 'zh-CN', now)).toBe('昨天 23:59');
    expect(formatMoment(at('2026-11-24T09:00:00'), 'zh-CN', now)).toBe('明天 09:00');
    expect(formatMoment(at('2026-11-27T09:00:00'), 'en', now)).toBe('Fri 09:00');
    expect(formatMoment(at('2026-11-01T08:30:00'), 'en', now)).toBe('1 Nov 08:30');
    expect(formatMoment(at('2026-11-01T00:30:00'), 'zh-CN', now)).toBe('11月1日 00:30');
  });

  it('name the year only when it is another one', () => {
    expect(formatDay(at('2025-03-04T10:00:00'), 'zh-CN', now)).toBe('2025年3月4日');
    expect(formatDay(at('2025-03-04T10:00:00'), 'en', now)).toBe('4 Mar 2025');
  });
});

it('names are joined as the language does', () => {
  expect(formatNames(['A', 'B', 'C'], 'zh-CN')).toBe('A、B和C');
});
