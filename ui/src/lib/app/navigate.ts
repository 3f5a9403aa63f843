import { goto } from '$app/navigation';

/** The link to a screen: `href('/campaigns')` → `#/campaigns`. */
export function href(path: `/${string}`): string {
  return `#${path}`;
}

/** Goes to a screen. */
export function go(path: `/${string}`, replace = false): Promise<void> {
  return goto(href(path), { replaceState: replace });
}
