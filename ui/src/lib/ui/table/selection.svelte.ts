import { SvelteSet } from 'svelte/reactivity';

/**
 * Which rows are ticked: some by id, or all that match the filter (also those that were never loaded).
 *
 * Taking one row out of "all" leaves the loaded rest, since the rows that were never loaded have no ids here.
 */
export class RowSelection {
  readonly ids = new SvelteSet<number>();
  #everything = $state(false);
  /** The row that was ticked last: a tick with Shift reaches from there. */
  #anchor = 0;

  /** All that match, loaded or not. */
  get everything(): boolean {
    return this.#everything;
  }

  get isEmpty(): boolean {
    return !this.#everything && this.ids.size === 0;
  }

  has(id: number): boolean {
    return this.#everything || this.ids.has(id);
  }

  hasAll(loaded: readonly number[]): boolean {
    return loaded.length > 0 && loaded.every((id) => this.has(id));
  }

  /** How many are ticked; `total` counts all that match. */
  count(total: number): number {
    return this.#everything ? total : this.ids.size;
  }

  /** Ticks or unticks the row at `index`; with `shift`, ticks all from the one before to it. */
  tick(index: number, loaded: readonly number[], shift = false): void {
    const id = loaded[index];
    if (id === undefined) return;
    if (shift) this.#add(loaded.slice(Math.min(this.#anchor, index), Math.max(this.#anchor, index) + 1));
    else this.#toggle(id, loaded);
    this.#anchor = index;
  }

  /** The box in the head: all loaded rows, or none. */
  tickLoaded(loaded: readonly number[]): void {
    if (this.hasAll(loaded)) this.clear();
    else this.#add(loaded);
  }

  selectEverything(): void {
    this.ids.clear();
    this.#everything = true;
  }

  clear(): void {
    this.ids.clear();
    this.#everything = false;
  }

  #toggle(id: number, loaded: readonly number[]): void {
    if (this.#everything) {
      this.#everything = false;
      this.#add(loaded.filter((one) => one !== id));
    } else if (!this.ids.delete(id)) {
      this.ids.add(id);
    }
  }

  #add(ids: readonly number[]): void {
    if (!this.#everything) ids.forEach((id) => this.ids.add(id));
  }
}
