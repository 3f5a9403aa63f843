import type { Locale } from './locale';

/** A count with separators: `1204` → `1,204`. */
export function formatNumber(value: number, locale: Locale): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);
}

/** A total whose counting may have stopped early: `5,000+`. */
export function formatTotal(value: number, isAtLeast: boolean, locale: Locale): string {
  return formatNumber(value, locale) + (isAtLeast ? '+' : '');
}

/** A share of a whole, never rounded up to 100 % or down to 0 %. */
export function formatShare(part: number, whole: number, locale: Locale): string {
  if (whole <= 0) return formatPercent(0, locale);
  const share = part / whole;
  const atMost = part < whole ? Math.min(share, 0.99) : 1;
  return formatPercent(part > 0 ? Math.max(atMost, 0.01) : 0, locale);
}

function formatPercent(share: number, locale: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size in decimal units, as file managers show it: `12.3 kB`. */
export function formatBytes(bytes: number, locale: Locale): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${UNITS[unit] ?? 'B'}`;
}

/** Names joined as the language does: `A, B and C` / `A、B和C`. */
export function formatNames(names: readonly string[], locale: Locale): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);
}
