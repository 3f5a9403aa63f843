import type { ReasonRow } from '$lib/rpc/schema';

/** Recipients that share a state and what it meant, with the different words of the servers. */
export interface ReasonGroup {
  state: string;
  verdict: string;
  count: number;
  words: { text: string; count: number }[];
}

/** Puts rows that differ only in the server's words together, the most frequent first. */
export function groupReasons(rows: readonly ReasonRow[]): ReasonGroup[] {
  const groups = new Map<string, ReasonGroup>();
  for (const { state, verdict, serverSays, count } of rows) {
    const key = `${state} ${verdict}`;
    const group = groups.get(key) ?? { state, verdict, count: 0, words: [] };
    group.count += count;
    if (serverSays) group.words.push({ text: serverSays, count });
    groups.set(key, group);
  }
  const all = [...groups.values()];
  for (const group of all) group.words.sort((a, b) => b.count - a.count);
  return all.sort((a, b) => b.count - a.count);
}
