import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { type KeyPage, pagedList } from './paged.svelte';
import { resource } from './resource.svelte';

vi.mock('$lib/host', () => import('../../test/fake-host'));

/** Answers that come when the test says so. */
function laterAnswers<T>() {
  const open: { give: (value: T) => void; refuse: (reason: unknown) => void }[] = [];
  const ask = () => new Promise<T>((give, refuse) => void open.push({ give, refuse }));
  return { open, ask };
}

const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  flushSync();
};

describe('a resource', () => {
  it('shows the newest question’s answer, whichever comes last', async () => {
    const { open, ask } = laterAnswers<string>();
    let id = $state(1);
    const stop = $effect.root(() => {
      const seen = resource(() => (void id, ask()));
      $effect(() => {
        shown = seen.data;
      });
    });
    let shown: string | undefined;
    flushSync();
    id = 2;
    flushSync();
    open[1]?.give('second');
    await settle();
    open[0]?.give('first');
    await settle();
    expect(shown).toBe('second');
    stop();
  });

  it('keeps its value when reading it again fails', async () => {
    const { open, ask } = laterAnswers<string>();
    let seen!: ReturnType<typeof resource<string>>;
    const stop = $effect.root(() => void (seen = resource(ask)));
    flushSync();
    open[0]?.give('here');
    await settle();
    const again = seen.reload();
    open[1]?.refuse({ code: 'database_failed', params: {} });
    await again;
    expect([seen.data, seen.error?.code]).toEqual(['here', 'database_failed']);
    stop();
  });
});

describe('a paged list', () => {
  const page = (from: number, count: number, next: string | null): KeyPage<number> => ({
    rows: Array.from({ length: count }, (_, at) => from + at),
    next,
    total: from === 0 ? 250 : null,
  });

  it('grows by pages, keeps the total, and reads as many again after a change', async () => {
    const asked: [string | null, number][] = [];
    const load = async (after: string | null, limit: number) => {
      asked.push([after, limit]);
      const from = Number(after ?? 0);
      const count = Math.min(limit, 250 - from);
      return page(from, count, from + count < 250 ? String(from + count) : null);
    };
    let list!: ReturnType<typeof pagedList<number>>;
    const stop = $effect.root(() => void (list = pagedList(load)));
    flushSync();
    await settle();
    list.table.loadMore();
    await settle();
    expect([list.rows.length, list.total, list.table.hasMore]).toEqual([200, 250, true]);
    await list.reload();
    expect(list.rows).toHaveLength(200);
    expect(asked.at(-1)).toEqual([null, 200]);
    expect(list.table.generation).toBe(1);
    stop();
  });

  it('stops asking when a page cannot be read, and goes on after a retry', async () => {
    let broken = true;
    const load = async (after: string | null) => {
      if (after && broken) throw { code: 'database_failed', params: {} };
      return page(Number(after ?? 0), 100, after ? null : '100');
    };
    let list!: ReturnType<typeof pagedList<number>>;
    const stop = $effect.root(() => void (list = pagedList(load)));
    flushSync();
    await settle();
    list.table.loadMore();
    await settle();
    expect([list.error?.code, list.table.hasMore, list.rows.length]).toEqual(['database_failed', false, 100]);
    broken = false;
    await list.reload();
    expect([list.error, list.table.hasMore]).toEqual([undefined, true]);
    stop();
  });
});
