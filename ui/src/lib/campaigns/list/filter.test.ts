import { describe, expect, it } from 'vitest';
import type { CampaignProgress, CampaignRow, Counts } from '$lib/rpc/schema';
import { countByFilter, fitting, withProgress } from './filter';

const none: Counts = { queued: 0, armed: 0, sent: 0, deferred: 0, failed: 0, in_doubt: 0, skipped: 0 };
const row = (id: number, state: string, name = `Campaign ${id}`) =>
  ({ id, name, state, pauseReason: null, counts: none }) as CampaignRow;
const rows = [
  row(1, 'draft'),
  row(2, 'scheduled'),
  row(3, 'running', 'Price list'),
  row(4, 'paused'),
  row(5, 'finished'),
  row(6, 'cancelled', '春季价目表'),
];

describe('the list of campaigns', () => {
  it('puts every state under one filter', () => {
    expect(countByFilter(rows)).toEqual({ all: 6, draft: 1, scheduled: 1, active: 2, ended: 2 });
  });

  it('finds by filter and by a part of the name, whatever its case', () => {
    expect(fitting(rows, 'all', ' PRICE ').map(({ id }) => id)).toEqual([3]);
    expect(fitting(rows, 'ended', '价目').map(({ id }) => id)).toEqual([6]);
    expect(fitting(rows, 'draft', '价目')).toEqual([]);
  });

  it('follows what is being sent without reading the list again', () => {
    const counts = { ...none, sent: 9 };
    const running = [{ id: 3, state: 'paused', pauseReason: 'network', counts } as CampaignProgress];
    expect(withProgress(rows, running)[2]).toMatchObject({
      name: 'Price list',
      state: 'paused',
      pauseReason: 'network',
      counts,
    });
    expect(withProgress(rows, running)[0]).toBe(rows[0]);
  });
});
