/** What a box would hold with `text` put where its caret is (at the end while it was never used), and the new caret. */
export function withInserted(
  box: { value: string; selectionStart: number | null; selectionEnd: number | null },
  text: string,
): { value: string; caret: number } {
  const from = box.selectionStart ?? box.value.length;
  const to = box.selectionEnd ?? from;
  return { value: box.value.slice(0, from) + text + box.value.slice(to), caret: from + text.length };
}
