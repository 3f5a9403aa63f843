import { untrack } from 'svelte';
import { type PagedList, pagedList } from '$lib/app/paged.svelte';
import { call } from '$lib/rpc/call';
import type { ContactFilter, ContactRow, ContactSelection } from '$lib/rpc/schema';
import { RowSelection, type Sort } from '$lib/ui';
import { filterOf, type Place } from './place';

/** The table of contacts: its rows and which of them are ticked. */
export class ContactTable {
  readonly list: PagedList<ContactRow>;
  readonly selection = new RowSelection();
  readonly #place: () => Place;
  readonly #filter: string;

  /** Make it while a component is being made. */
  constructor(place: () => Place) {
    this.#place = place;
    // As text, so that opening a drawer (another place, the same filter) reads nothing anew.
    this.#filter = $derived(JSON.stringify(filterOf(place())));
    const order = $derived(place().order);
    const descending = $derived(place().descending);
    this.list = pagedList(
      (after, limit) => call('contact.list', { filter: this.filter, order, descending, after, limit }),
      ['contacts', 'lists', 'suppressions'],
    );
    $effect(() => {
      void this.#filter;
      untrack(() => this.selection.clear());
    });
  }

  get filter(): ContactFilter {
    return JSON.parse(this.#filter) as ContactFilter;
  }

  get sort(): Sort {
    const { order, descending } = this.#place();
    return { key: order, descending };
  }

  /** How many are ticked; where all are, as far as they were counted. */
  get chosenCount(): number {
    return this.selection.count(this.list.total ?? this.list.rows.length);
  }

  /** All that is loaded is ticked, and there is more. */
  get mayChooseAll(): boolean {
    const { rows } = this.list;
    const more = this.list.totalIsAtLeast || (this.list.total ?? 0) > rows.length;
    return more && !this.selection.everything && rows.length > 0 && rows.every((row) => this.selection.has(row.id));
  }

  get chosen(): ContactSelection {
    if (this.selection.everything) return { kind: 'filter', filter: this.filter };
    return { kind: 'ids', ids: [...this.selection.ids] };
  }
}
