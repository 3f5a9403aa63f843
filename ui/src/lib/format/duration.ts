import type { Locale } from './locale';

const words = {
  en: {
    moment: 'a few seconds',
    seconds: (n: number) => `about ${n} s`,
    minutes: (n: number) => `about ${n} min`,
    hours: (h: number, min: number) => (min ? `about ${h} h ${min} min` : `about ${h} h`),
    days: (d: number, h: number) => (h ? `about ${d} d ${h} h` : `about ${d} d`),
  },
  'zh-CN': {
    moment: '几秒钟',
    seconds: (n: number) => `约 ${n} 秒`,
    minutes: (n: number) => `约 ${n} 分钟`,
    hours: (h: number, min: number) => (min ? `约 ${h} 小时 ${min} 分钟` : `约 ${h} 小时`),
    days: (d: number, h: number) => (h ? `约 ${d} 天 ${h} 小时` : `约 ${d} 天`),
  },
} as const;

/** How long something takes, as roughly as it is known: `about 42 min` / `约 42 分钟`. */
export function formatDuration(seconds: number, locale: Locale): string {
  const say = words[locale];
  if (seconds < 10) return say.moment;
  if (seconds < 55) return say.seconds(Math.round(seconds / 5) * 5);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say.minutes(minutes);
  if (minutes < 24 * 60) return say.hours(Math.floor(minutes / 60), (Math.round((minutes % 60) / 5) * 5) % 60);
  const hours = Math.round(minutes / 60);
  return say.days(Math.floor(hours / 24), hours % 24);
}
