import { show } from '$lib/app/format.svelte';
import { m } from '$lib/paraglide/messages';
import type { DomainLimitView, Limits, LimitsView } from '$lib/rpc/schema';
import { providerName } from './provider-name';

/** The form's values: empty boxes are null, wrong ones NaN, pauses are seconds. */
export interface LimitFields {
  perSecond: number | null;
  perMinute: number | null;
  perHour: number | null;
  perDay: number | null;
  dayStartsAt: number | null;
  perSession: number | null;
  sessionPause: number | null;
  gap: number | null;
  gapMax: number | null;
  domains: DomainLimitView[];
}

export function fieldsFromLimits(limits: Limits): LimitFields {
  const seconds = (ms: number) => (ms > 0 ? ms / 1000 : null);
  const { sessionPauseMs, gapMs, gapMaxMs, domains, ...counts } = limits;
  return {
    ...counts,
    sessionPause: seconds(sessionPauseMs),
    gap: seconds(gapMs),
    gapMax: seconds(gapMaxMs),
    domains: domains.map((domain) => ({ ...domain })),
  };
}

/** What goes over the wire, or null while a number is wrong: it must not pass for no limit. */
export function limitsFromFields(fields: LimitFields): Limits | null {
  const { sessionPause, gap, gapMax, domains, ...counts } = fields;
  const ofDomains = domains.flatMap(({ perMinute, perHour }) => [perMinute, perHour]);
  if ([sessionPause, gap, gapMax, ...Object.values(counts), ...ofDomains].some(Number.isNaN)) return null;
  const ms = (seconds: number | null) => Math.round((seconds ?? 0) * 1000);
  return {
    ...counts,
    sessionPauseMs: ms(sessionPause),
    gapMs: ms(gap),
    gapMaxMs: ms(gapMax),
    // A line that nothing was entered in is none.
    domains: domains.filter(
      ({ domain, perMinute, perHour }) => domain.trim() || perMinute !== null || perHour !== null,
    ),
  };
}

/** Whether the form says the same as before, so that the provider's limits stay the provider's. */
export function isUnchanged(fields: LimitFields, before: Limits): boolean {
  return JSON.stringify(limitsFromFields(fields)) === JSON.stringify(limitsFromFields(fieldsFromLimits(before)));
}

const counted = (count: number | null, words: (values: { count: string }) => string) =>
  count === null ? [] : [words({ count: show.number(count) })];

function domainText({ domain, perMinute, perHour }: DomainLimitView): string {
  const text = [...counted(perMinute, m.accounts_limit_minute), ...counted(perHour, m.accounts_limit_hour)];
  return m.accounts_limit_domain({ domain, text: text.join(', ') });
}

/** `50 an hour · 500 a day`, or undefined without limits. */
export function limitsText(limits: Limits): string | undefined {
  const { perSecond, perMinute, perHour, perDay, perSession, sessionPauseMs, gapMs, gapMaxMs, domains } = limits;
  const seconds = Math.max(gapMs, gapMaxMs) / 1000;
  const parts = [
    ...counted(perSecond, m.accounts_limit_second),
    ...counted(perMinute, m.accounts_limit_minute),
    ...counted(perHour, m.accounts_limit_hour),
    ...counted(perDay, m.accounts_limit_day),
    ...counted(perSession, m.accounts_limit_session),
    ...(sessionPauseMs > 0 ? [m.accounts_limit_pause({ seconds: show.number(sessionPauseMs / 1000) })] : []),
    ...(seconds > 0 ? [m.accounts_limit_gap({ seconds: show.number(seconds) })] : []),
    ...domains.map(domainText),
  ];
  return parts.length > 0 ? parts.join(' · ') : undefined;
}

/** The same, and whose limits they are where the user gave none. */
export function limitsOfAccount({ limits, own, provider }: LimitsView): string | undefined {
  const text = limitsText(limits);
  return text && provider && !own ? m.accounts_limits_by_default({ text, provider: providerName(provider) }) : text;
}
