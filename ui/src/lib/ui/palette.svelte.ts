import type { Component } from 'svelte';

/** Something the command palette can do. */
export interface PaletteAction {
  id: string;
  label: string;
  /** The heading it stands under. */
  group: string;
  icon?: Component<{ size?: number | string }>;
  /** Other words it is found by. */
  keywords?: string[];
  run: () => unknown;
}

type Source = () => readonly PaletteAction[];

/** Finds things by what was typed, for example contacts in the database. */
export type PaletteSearch = (text: string) => Promise<readonly PaletteAction[]>;

const sources = new Set<Source>();
const lastSources = new Set<Source>();
const searches = new Set<PaletteSearch>();

function keep<T>(set: Set<T>, one: T): void {
  $effect(() => {
    set.add(one);
    return () => void set.delete(one);
  });
}

/**
 * Adds actions while the calling component is on screen. `actions` is read anew whenever the palette opens. What every
 * screen has stands `last`, below the page's own.
 */
export function offerActions(actions: Source, place: 'first' | 'last' = 'first'): void {
  keep(place === 'last' ? lastSources : sources, actions);
}

/** Adds a search while the calling component is on screen. */
export function offerSearch(search: PaletteSearch): void {
  keep(searches, search);
}

export function offeredActions(): readonly PaletteAction[] {
  return [...sources, ...lastSources].flatMap((source) => source());
}

/** Runs every search; one that fails finds nothing. */
export async function findActions(text: string): Promise<readonly PaletteAction[]> {
  const found = await Promise.allSettled([...searches].map((search) => search(text)));
  const actions = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  // What the database found may match by a field that is not shown; the typed text as a keyword keeps it in the list.
  return actions.map((action) => ({ ...action, keywords: [...(action.keywords ?? []), text] }));
}
