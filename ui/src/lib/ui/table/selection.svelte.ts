import { SvelteSet } from 'svelte/reactivity';

/**
 * Which rows are ticked: some by id, or all that match the filter (also those that were never loaded).
 *
 * Taking one row out of "all" leaves the loaded rest, since the rows that were never loaded have no ids here.
 */
export class RowSelection {
  readonly ids = new SvelteSet<number>();
  #everything = $state(false);

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

  /** How many are ticked; `total` counts all that match. */
  count(total: number): number {
    return this.#everything ? total : this.ids.size;
  }

  toggle(id: number, loaded: readonly number[]): void {
    if (this.#everything) {
      this.#everything = false;
      loaded.filter((one) => one !== id).forEach((one) => this.ids.add(one));
    } else if (!this.ids.delete(id)) {
      this.ids.add(id);
    }
  }

  /** Ticks a run of rows, as Shift does. */
  add(ids: readonly number[]): void {
    if (!this.#everything) ids.forEach((id) => this.ids.add(id));
  }

  selectEverything(): void {
    this.ids.clear();
    this.#everything = true;
  }

  clear(): void {
    this.ids.clear();
    this.#everything = false;
  }
}
