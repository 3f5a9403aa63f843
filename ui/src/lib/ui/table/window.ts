/** Rows drawn beyond both edges, so that a quick scroll finds them there. */
const OVERSCAN = 8;

/** Which rows of a list of equal heights stand in view. `end` is exclusive. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  rows: number,
): { start: number; end: number } {
  const first = Math.floor(scrollTop / rowHeight);
  const last = Math.ceil((scrollTop + height) / rowHeight);
  const end = Math.min(rows, last + OVERSCAN);
  return { start: Math.max(0, Math.min(first - OVERSCAN, end)), end };
}

/** Scrolls as little as needed to bring a row into view, below a head that covers the top. */
export function scrollToRow(scroller: HTMLElement, index: number, rowHeight: number, head: number): void {
  const top = index * rowHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  const over = top + rowHeight + head - (scroller.scrollTop + scroller.clientHeight);
  if (over > 0) scroller.scrollTop += over;
}
