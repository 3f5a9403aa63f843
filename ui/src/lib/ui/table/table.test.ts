import { describe, expect, it } from 'vitest';
import { moveBy } from './keys';
import { RowSelection } from './selection.svelte';
import { visibleRange } from './window';

describe('the window of rows', () => {
  it('never draws more than what is in view and a few around it', () => {
    for (const scrollTop of [0, 1, 399, 4000, 39_990_000]) {
      const { start, end } = visibleRange(scrollTop, 600, 40, 1_000_000);
      expect(end - start).toBeLessThanOrEqual(15 + 1 + 2 * 8);
      expect(start * 40).toBeLessThanOrEqual(scrollTop);
    }
  });

  it('stays inside the list when the list became shorter', () => {
    expect(visibleRange(9000, 600, 40, 10)).toEqual({ start: 10, end: 10 });
    expect(visibleRange(0, 600, 40, 0)).toEqual({ start: 0, end: 0 });
  });
});

describe('the keys', () => {
  it('move and stop at both ends', () => {
    expect(moveBy('ArrowDown', 0, 3, 10)).toBe(1);
    expect(moveBy('ArrowDown', 2, 3, 10)).toBe(2);
    expect(moveBy('ArrowUp', 0, 3, 10)).toBe(0);
    expect(moveBy('PageDown', 0, 30, 10)).toBe(10);
    expect(moveBy('End', 0, 30, 10)).toBe(29);
    expect(moveBy('a', 0, 30, 10)).toBeNull();
  });
});

describe('a selection', () => {
  const loaded = [11, 12, 13, 14];

  it('ticks from the last ticked row to the one that is ticked with Shift', () => {
    const selection = new RowSelection();
    selection.tick(3, loaded);
    selection.tick(1, loaded, true);
    expect([...selection.ids].sort()).toEqual([12, 13, 14]);
  });

  it('of everything keeps the loaded rest when one row is taken out', () => {
    const selection = new RowSelection();
    selection.selectEverything();
    expect(selection.count(1_000_000)).toBe(1_000_000);
    selection.tick(1, loaded);
    expect(selection.everything).toBe(false);
    expect([...selection.ids].sort()).toEqual([11, 13, 14]);
  });

  it('of all loaded rows is taken back by the same box', () => {
    const selection = new RowSelection();
    selection.tickLoaded(loaded);
    expect(selection.hasAll(loaded)).toBe(true);
    selection.tickLoaded(loaded);
    expect(selection.isEmpty).toBe(true);
  });

  it('of nothing loaded is not "all"', () => {
    expect(new RowSelection().hasAll([])).toBe(false);
  });
});
