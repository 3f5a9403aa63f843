import type { ImportView } from '$lib/rpc/schema';

/** Seconds until an import ends at the speed it had so far; null until that can be told. */
export function secondsLeft(view: ImportView, nowMs: number): number | null {
  const elapsedMs = nowMs - view.startedAtMs;
  if (elapsedMs < 1000 || view.bytesDone <= 0 || view.bytesTotal <= 0) return null;
  const left = Math.max(0, view.bytesTotal - view.bytesDone);
  return (elapsedMs / 1000) * (left / view.bytesDone);
}
