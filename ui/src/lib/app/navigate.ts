import { goto } from '$app/navigation';
import { page } from '$app/state';

/** The link to a screen: `href('/campaigns')` → `#/campaigns`. */
export function href(path: `/${string}`): string {
  return `#${path}`;
}

/** Goes to a screen. Within one screen (another search, another tab) the focus stays where the user is. */
export function go(path: `/${string}`, replace = false): Promise<void> {
  const stays = path.split('?')[0] === here().path;
  return goto(href(path), { replaceState: replace, keepFocus: stays, noScroll: stays });
}

/** The path and the query of the screen in view: `#/accounts?new=1` → `/accounts` and `new=1`. */
export function here(): { path: string; query: URLSearchParams } {
  const [path, query] = page.url.hash.replace(/^#/, '').split('?');
  return { path: path || '/', query: new URLSearchParams(query) };
}
