import { describe, expect, it, vi } from 'vitest';
import { fileName } from './export';
import { groupReasons } from './reasons';
import { readState } from './recipients.svelte';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

describe('reasons', () => {
  it('that differ only in the server’s words are one, with the words counted', () => {
    const rows = [
      { state: 'failed', verdict: 'recipient_unknown', serverSays: '550 a', count: 3 },
      { state: 'skipped', verdict: 'missing_field', serverSays: '', count: 5 },
      { state: 'failed', verdict: 'recipient_unknown', serverSays: '550 b', count: 4 },
      { state: 'deferred', verdict: 'recipient_unknown', serverSays: '550 b', count: 1 },
    ];
    expect(groupReasons(rows)).toEqual([
      {
        state: 'failed',
        verdict: 'recipient_unknown',
        count: 7,
        words: [
          { text: '550 b', count: 4 },
          { text: '550 a', count: 3 },
        ],
      },
      { state: 'skipped', verdict: 'missing_field', count: 5, words: [] },
      { state: 'deferred', verdict: 'recipient_unknown', count: 1, words: [{ text: '550 b', count: 1 }] },
    ]);
  });
});

it('a file is named after the campaign without what file systems refuse', () => {
  expect(fileName('Spring: 50% off? a/b\\c')).toBe('Spring- 50% off- a-b-c.csv');
  expect(fileName('春季通讯')).toBe('春季通讯.csv');
});

it('a link may ask for one state, and only for one that exists', () => {
  expect(readState('in_doubt')).toBe('in_doubt');
  expect(readState('broken')).toBeNull();
  expect(readState(null)).toBeNull();
});
