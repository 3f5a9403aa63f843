const KEY = 'hongyan.token';

/**
 * Takes the access token out of the address (`#token=…`) once and keeps it for this tab.
 *
 * It stands in the fragment because fragments are never sent to a server or written into its log; the address is
 * cleaned at once, so that it does not stay in the history either.
 */
export function takeToken(location: Location, history: History, storage: Storage): string | null {
  const found = /^#token=([^&/]+)/.exec(location.hash)?.[1];
  if (found) {
    storage.setItem(KEY, decodeURIComponent(found));
    history.replaceState(history.state, '', `${location.pathname}${location.search}#/`);
  }
  return storage.getItem(KEY);
}
