import type { CampaignProgress, CampaignRow } from '$lib/rpc/schema';

export type Filter = 'all' | 'draft' | 'scheduled' | 'active' | 'ended';

export const filters: readonly Filter[] = ['all', 'draft', 'scheduled', 'active', 'ended'];

/** Under which filter a campaign's state falls, besides `all`. */
export function filterOf(state: string): Filter {
  if (state === 'running' || state === 'paused') return 'active';
  if (state === 'finished' || state === 'cancelled') return 'ended';
  return state === 'scheduled' ? 'scheduled' : 'draft';
}

/** The campaigns of a filter whose name contains the text. */
export function fitting(rows: readonly CampaignRow[], filter: Filter, search: string): CampaignRow[] {
  const wanted = search.trim().toLocaleLowerCase();
  return rows.filter(
    (row) =>
      (filter === 'all' || filterOf(row.state) === filter) &&
      (wanted === '' || row.name.toLocaleLowerCase().includes(wanted)),
  );
}

/** How many campaigns stand under each filter. */
export function countByFilter(rows: readonly CampaignRow[]): Record<Filter, number> {
  const counts: Record<Filter, number> = { all: rows.length, draft: 0, scheduled: 0, active: 0, ended: 0 };
  for (const row of rows) counts[filterOf(row.state)] += 1;
  return counts;
}

/** The list as it was read, with what the engine has told since about those that are being sent. */
export function withProgress(rows: readonly CampaignRow[], running: readonly CampaignProgress[]): CampaignRow[] {
  const byId = new Map(running.map((progress) => [progress.id, progress]));
  return rows.map((row) => {
    const progress = byId.get(row.id);
    if (!progress) return row;
    const { state, pauseReason, counts } = progress;
    return { ...row, state, pauseReason, counts };
  });
}
