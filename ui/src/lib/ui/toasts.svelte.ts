/** A short word at the foot of the window, after something was done. */
export interface Toast {
  id: number;
  text: string;
  tone: 'done' | 'problem';
  detail?: string;
  /** Takes the change back. The bar stays 10 s then. */
  undo?: () => unknown;
}

const SHOWN_MS = { plain: 5_000, undo: 10_000, problem: 10_000 };

let list = $state.raw<readonly Toast[]>([]);
let nextId = 1;

export function toasts(): readonly Toast[] {
  return list;
}

export function closeToast(id: number): void {
  list = list.filter((toast) => toast.id !== id);
}

/** Shows a toast, the newest three at most. */
export function toast(given: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] }): void {
  const made: Toast = { tone: 'done', ...given, id: nextId++ };
  list = [...list, made].slice(-3);
  const stays = made.undo ? SHOWN_MS.undo : made.tone === 'problem' ? SHOWN_MS.problem : SHOWN_MS.plain;
  setTimeout(() => closeToast(made.id), stays);
}
