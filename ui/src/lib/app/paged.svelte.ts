import { untrack } from 'svelte';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import type { Changed } from '$lib/rpc/schema';
import { onChanged } from './events';

/** What every list command answers. */
export interface KeyPage<Row> {
  rows: Row[];
  next: string | null;
  total: number | null;
  totalIsAtLeast?: boolean;
}

/** A list that grows by pages while one scrolls. Spread `table` on a `DataTable`. */
export interface PagedList<Row> {
  readonly rows: readonly Row[];
  readonly total: number | null;
  readonly totalIsAtLeast: boolean;
  readonly error: RpcError | undefined;
  /** The first page of what is asked for now is not there yet. */
  readonly loading: boolean;
  /** There is an answer and it is empty. */
  readonly isEmpty: boolean;
  readonly table: {
    rows: readonly Row[];
    total: number | null;
    hasMore: boolean;
    loading: boolean;
    loadMore: () => void;
    /** Goes up when the list starts over. */
    generation: number;
  };
  reload(): Promise<void>;
}

const PAGE = 100;
const MOST = 500;

/**
 * Reads a list by key, page by page, and starts over when a signal read in `load` changes.
 *
 * After a change in the data as many rows are read again as are there, so that nothing moves under the reader.
 */
export function pagedList<Row>(
  load: (after: string | null, limit: number) => Promise<KeyPage<Row>>,
  changedBy: readonly Changed[] = [],
): PagedList<Row> {
  let rows = $state.raw<readonly Row[]>([]);
  let next = $state<string | null>(null);
  let total = $state<number | null>(null);
  let totalIsAtLeast = $state(false);
  let error = $state.raw<RpcError>();
  let loading = $state(true);
  let answered = $state(false);
  let generation = $state(0);
  let round = 0;

  async function fill(first: Promise<KeyPage<Row>>, wanted: number, mine: number) {
    let page = await first;
    const read = page.rows.slice();
    const { total: count, totalIsAtLeast: atLeast = false } = page;
    while (page.next !== null && read.length < wanted && mine === round) {
      page = await load(page.next, Math.min(MOST, wanted - read.length));
      read.push(...page.rows);
    }
    if (mine !== round) return;
    [rows, next, total, totalIsAtLeast, error, answered] = [read, page.next, count, atLeast, undefined, true];
  }

  async function run(act: (mine: number) => Promise<void>) {
    const mine = ++round;
    loading = true;
    try {
      await act(mine);
    } catch (thrown) {
      if (mine === round) error = toRpcError(thrown);
    } finally {
      if (mine === round) loading = false;
    }
  }

  const startOver = (first: Promise<KeyPage<Row>>) =>
    run(async (mine) => {
      await fill(first, PAGE, mine);
      if (mine === round) generation += 1;
    });
  const reload = () => {
    const wanted = Math.max(PAGE, rows.length);
    return run((mine) =>
      fill(
        untrack(() => load(null, Math.min(MOST, wanted))),
        wanted,
        mine,
      ),
    );
  };

  function loadMore() {
    const after = next;
    if (after === null || loading) return;
    void run(async (mine) => {
      const page = await untrack(() => load(after, PAGE));
      if (mine === round) [rows, next] = [[...rows, ...page.rows], page.next];
    });
  }

  $effect(() => {
    const first = load(null, PAGE);
    untrack(() => void startOver(first));
  });
  $effect(() => (changedBy.length > 0 ? onChanged(changedBy, () => void reload()) : undefined));

  return {
    get rows() {
      return rows;
    },
    get total() {
      return total;
    },
    get totalIsAtLeast() {
      return totalIsAtLeast;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    get isEmpty() {
      return answered && rows.length === 0;
    },
    get table() {
      return { rows, total, hasMore: next !== null && !error, loading, loadMore, generation };
    },
    reload,
  };
}
