import { tick } from 'svelte';
import type { Locale } from '$lib/format';
import { overwriteGetLocale } from '$lib/paraglide/runtime';

/** What the browser, or the web view of the window, is set to. */
export const browserLocale: Locale = navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';

let current = $state<Locale>(browserLocale);

// Messages read a signal, so a change of language redraws what shows them, without a reload.
overwriteGetLocale(() => current);

/** The language in use. */
export function getLocale(): Locale {
  return current;
}

/** Switches at once; the focus stays on the control that was used, if it has an id. */
export async function showLocale(locale: Locale): Promise<void> {
  document.documentElement.lang = locale;
  if (locale === current) return;
  const id = document.activeElement?.id;
  current = locale;
  await tick();
  if (id) document.getElementById(id)?.focus();
}
