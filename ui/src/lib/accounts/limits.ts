import { show } from '$lib/app/format.svelte';
import { m } from '$lib/paraglide/messages';
import type { Limits } from '$lib/rpc/schema';

/** The form's values: empty boxes are null, gaps are whole seconds. */
export interface LimitFields {
  perMinute: number | null;
  perHour: number | null;
  perDay: number | null;
  dayStartsAt: number | null;
  perSession: number | null;
  gap: number | null;
  gapMax: number | null;
}

export function fieldsFromLimits(limits: Limits): LimitFields {
  const seconds = (ms: number) => (ms > 0 ? Math.round(ms / 1000) : null);
  const { perMinute, perHour, perDay, dayStartsAt, perSession, gapMs, gapMaxMs } = limits;
  return { perMinute, perHour, perDay, dayStartsAt, perSession, gap: seconds(gapMs), gapMax: seconds(gapMaxMs) };
}

/** `before` keeps what the form does not show. */
export function limitsFromFields(fields: LimitFields, before: Limits): Limits {
  const { gap, gapMax, ...rest } = fields;
  return { ...before, ...rest, gapMs: (gap ?? 0) * 1000, gapMaxMs: (gapMax ?? 0) * 1000 };
}

/** `50 an hour · 500 a day`, or undefined without limits. */
export function limitsText(limits: Limits): string | undefined {
  const { perSecond, perMinute, perHour, perDay, perSession, gapMs, gapMaxMs } = limits;
  const counted = (count: number | null, words: (values: { count: string }) => string) =>
    count === null ? [] : [words({ count: show.number(count) })];
  const seconds = Math.max(gapMs, gapMaxMs) / 1000;
  const parts = [
    ...counted(perSecond, m.accounts_limit_second),
    ...counted(perMinute, m.accounts_limit_minute),
    ...counted(perHour, m.accounts_limit_hour),
    ...counted(perDay, m.accounts_limit_day),
    ...counted(perSession, m.accounts_limit_session),
    ...(seconds > 0 ? [m.accounts_limit_gap({ seconds: show.number(seconds) })] : []),
  ];
  return parts.length > 0 ? parts.join(' · ') : undefined;
}
