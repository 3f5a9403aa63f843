import { show } from '$lib/app/format.svelte';
import { getLocale } from '$lib/app/locale.svelte';
import type { Locale } from '$lib/format';
import { m } from '$lib/paraglide/messages';
import type { AccountView, SenderView } from '$lib/rpc/schema';

/** `1,204 people` / `1,204 人`. */
export function people(count: number): string {
  return m.campaigns_people({ count, shown: show.number(count) });
}

/** What the user calls an account; the sandbox has a name in every language. */
export function accountName(account: Pick<AccountView, 'kind' | 'name'>): string {
  return account.kind === 'sandbox' ? m.app_rail_sandbox() : account.name;
}

/** `Wang Li <sales@example.cn>`, or the address alone. */
export function senderText(sender: SenderView): string {
  return sender.name ? `${sender.name} <${sender.address}>` : sender.address;
}

const startOfDay = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);

/** A moment to come, as it stands within a sentence: `today 14:05`, `Tuesday 09:00`, `1 Dec 09:00`. */
export function comingText(ms: number, nowMs = Date.now(), locale: Locale = getLocale()): string {
  const days = Math.round((startOfDay(ms) - startOfDay(nowMs)) / 86_400_000);
  const time = show.time(ms);
  if (days === 0 || days === 1) {
    return `${new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')} ${time}`;
  }
  if (days > 1 && days < 7) return `${new Intl.DateTimeFormat(locale, { weekday: 'long' }).format(ms)} ${time}`;
  return `${show.day(ms)} ${time}`;
}

/** The name of this computer's time zone, at a moment (summer time has another name). */
export function zoneText(ms: number, locale: Locale = getLocale()): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'long' }).formatToParts(ms);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}
