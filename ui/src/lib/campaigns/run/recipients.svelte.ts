import { untrack } from 'svelte';
import { pagedList } from '$lib/app/paged.svelte';
import { call } from '$lib/rpc/call';
import type { Counts } from '$lib/rpc/schema';
import { openOf } from '../counts';

export type StateFilter = keyof Counts | null;

export const deliveryStates: readonly (keyof Counts)[] = [
  'sent',
  'armed',
  'queued',
  'deferred',
  'failed',
  'in_doubt',
  'skipped',
];

/** The state a link asks for (`#/campaigns/3?state=in_doubt`); null for all. */
export function readState(word: string | null): StateFilter {
  return deliveryStates.find((state) => state === word) ?? null;
}

/** Between two looks at a campaign that goes on, and a little longer for every row that is read again. */
const PAUSE_MS = 2_000;
const PER_ROW_MS = 2;

/**
 * The recipients as the table shows them: of one state or all, found by text.
 *
 * While the campaign goes on they are read again now and then, but only where no row can move under the reader: all
 * states (the order is fixed), or few enough to be read whole. Else `isStale` offers it. How it ended is shown at once.
 */
export class Recipients {
  state = $state<StateFilter>(null);
  search = $state('');
  #stale = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #id: number;
  readonly list = pagedList(
    (after, limit) =>
      call('campaign.recipients', { id: this.#id, state: this.state, search: this.search || null, after, limit }),
    [],
  );

  /** Make it while a component is being made. `counts` are those of the progress. */
  constructor(id: number, counts: () => Counts) {
    this.#id = id;
    let before = '';
    $effect(() => {
      const now = JSON.stringify(counts());
      const changed = before !== '' && now !== before;
      const isOver = openOf(counts()) === 0;
      before = now;
      if (changed) untrack(() => (isOver ? this.#readAgain() : this.#soon()));
    });
    $effect(() => {
      void [this.state, this.search];
      this.#stale = false;
    });
    $effect(() => () => clearTimeout(this.#timer));
  }

  /** More has happened than the rows show. */
  get isStale(): boolean {
    return this.#stale;
  }

  refresh = (): Promise<void> => {
    this.#stale = false;
    return this.list.reload();
  };

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#readAgain(), PAUSE_MS + PER_ROW_MS * this.list.rows.length);
  }

  #readAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#standsStill()) void this.list.reload();
    else this.#stale = true;
  }

  #standsStill(): boolean {
    return this.state === null || !this.list.table.hasMore;
  }
}
