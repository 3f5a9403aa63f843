import { untrack } from 'svelte';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import type { Changed } from '$lib/rpc/schema';
import { onChanged } from './events';

/** Something that a screen shows and the engine owns. While it is read again the old value stays, so nothing jumps. */
export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: RpcError | undefined;
  readonly loading: boolean;
  reload(): Promise<void>;
  /** Shows a value that is known to be the newest, for example the answer to a change. */
  set(data: T): void;
}

/**
 * Reads something now, again when a signal read inside `load` changes, and again when one of `changedBy` did.
 *
 * Call it while a component is being made. Answers that arrive out of turn are dropped.
 */
export function resource<T>(load: () => Promise<T>, changedBy: readonly Changed[] = []): Resource<T> {
  let data = $state.raw<T>();
  let error = $state.raw<RpcError>();
  let loading = $state(true);
  let round = 0;

  async function settle(answer: Promise<T>) {
    const mine = ++round;
    loading = true;
    try {
      const value = await answer;
      if (mine !== round) return;
      data = value;
      error = undefined;
    } catch (thrown) {
      if (mine === round) error = toRpcError(thrown);
    } finally {
      if (mine === round) loading = false;
    }
  }

  const reload = () => settle(untrack(load));
  $effect(() => {
    const answer = load();
    untrack(() => void settle(answer));
  });
  $effect(() => (changedBy.length > 0 ? onChanged(changedBy, () => void reload()) : undefined));

  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    reload,
    set(value) {
      round += 1;
      data = value;
      error = undefined;
      loading = false;
    },
  };
}
