import { host } from '$lib/host';

/** Tells something through the system, too, where the user looks elsewhere. The page itself shows it anyway. */
export function tellElsewhere(title: string, text: string): void {
  if (!document.hasFocus()) void host.notify(title, text);
}
