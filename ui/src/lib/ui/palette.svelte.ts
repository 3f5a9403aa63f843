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
const searches = new Set<PaletteSearch>();

function keep<T>(set: Set<T>, one: T): void {
  $effect(() => {
    set.add(one);
    return () => void set.delete(one);
  });
}

/** Adds actions while the calling component is on screen. `actions` is read anew whenever the palette opens. */
export function offerActions(actions: Source): void {
  keep(sources, actions);
}

/** Adds a search while the calling component is on screen. */
export function offerSearch(search: PaletteSearch): void {
  keep(searches, search);
}

export function offeredActions(): readonly PaletteAction[] {
  return [...sources].flatMap((source) => source());
}

/** Runs every search; one that fails finds nothing. */
export async function findActions(text: string): Promise<readonly PaletteAction[]> {
  const found = await Promise.allSettled([...searches].map((search) => search(text)));
  return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}
