import type { Locale } from './locale';

const DAY_MS = 86_400_000;

const startOfDay = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
const capital = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** Time of day: `14:05`. */
export function formatTime(ms: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** Day alone, with the year where it is not this one: `23 Nov`, `2025年11月3日`. */
export function formatDay(ms: number, locale: Locale, nowMs: number): string {
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  const style: Intl.DateTimeFormatOptions = { day: 'numeric', month: locale === 'en' ? 'short' : 'long' };
  if (!sameYear) style.year = 'numeric';
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, style).format(ms);
}

/** Day and time in full, for tooltips and reports: `Mon, 23 Nov 2026, 14:05`. */
export function formatDateTime(ms: number, locale: Locale): string {
  const style = {
    weekday: 'short',
    day: 'numeric',
    month: locale === 'en' ? 'short' : 'long',
    year: 'numeric',
  } as const;
  const day = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, style).format(ms);
  return locale === 'en' ? `${day}, ${formatTime(ms, locale)}` : `${day} ${formatTime(ms, locale)}`;
}

/** A moment as people say it: `Just now`, `5 minutes ago`, `Today 14:05`, `Yesterday 09:00`, `Tue 09:00`, `23 Nov 14:05`. */
export function formatMoment(ms: number, locale: Locale, nowMs: number): string {
  const ago = nowMs - ms;
  if (ago >= 0 && ago < 60_000) return locale === 'en' ? 'Just now' : '刚刚';
  if (ago > 0 && ago < 3_600_000) {
    return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(-Math.floor(ago / 60_000), 'minute');
  }
  const days = Math.round((startOfDay(ms) - startOfDay(nowMs)) / DAY_MS);
  const time = formatTime(ms, locale);
  if (Math.abs(days) <= 1) {
    return `${capital(new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day'))} ${time}`;
  }
  if (days > 1 && days < 7) {
    return `${new Intl.DateTimeFormat(locale, { weekday: 'short' }).format(ms)} ${time}`;
  }
  return `${formatDay(ms, locale, nowMs)} ${time}`;
}
