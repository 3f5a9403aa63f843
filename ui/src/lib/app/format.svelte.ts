import * as format from '$lib/format';
import { getLocale } from './locale.svelte';

let nowMs = $state(Date.now());
setInterval(() => (nowMs = Date.now()), 30_000);

/** The format helpers in the language in use. Moments go on by themselves (a clock ticks twice a minute). */
export const show = {
  number: (value: number) => format.formatNumber(value, getLocale()),
  total: (value: number, isAtLeast = false) => format.formatTotal(value, isAtLeast, getLocale()),
  share: (part: number, whole: number) => format.formatShare(part, whole, getLocale()),
  bytes: (value: number) => format.formatBytes(value, getLocale()),
  names: (names: readonly string[]) => format.formatNames(names, getLocale()),
  duration: (seconds: number) => format.formatDuration(seconds, getLocale()),
  moment: (ms: number) => format.formatMoment(ms, getLocale(), Math.max(nowMs, Date.now())),
  day: (ms: number) => format.formatDay(ms, getLocale(), nowMs),
  time: (ms: number) => format.formatTime(ms, getLocale()),
  dateTime: (ms: number) => format.formatDateTime(ms, getLocale()),
};
