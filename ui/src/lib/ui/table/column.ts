import type { Snippet } from 'svelte';

/** One column of a `DataTable`. Give `text` for plain words or `cell` for anything else. */
export interface Column<Row> {
  key: string;
  title: string;
  /** A CSS grid track, for example `minmax(160px, 2fr)` or `120px`. */
  width: string;
  /** Numbers stand at the right, with digits of one width. */
  numeric?: boolean;
  sortable?: boolean;
  /** Left out while the table is narrower than this many pixels. */
  hideBelow?: number;
  text?: (row: Row) => string;
  cell?: Snippet<[Row]>;
}

export interface Sort {
  key: string;
  descending: boolean;
}
