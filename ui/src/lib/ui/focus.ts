const FIRST = '[data-autofocus], form input:not([type=hidden]):not(:disabled), form textarea:not(:disabled)';

/** When a dialog opens: the first field of its form gets the focus, else the dialog itself, so that no button lights up. */
export function focusFirst(event: Event, dialog: HTMLElement | null): void {
  event.preventDefault();
  (dialog?.querySelector<HTMLElement>(FIRST) ?? dialog)?.focus({ preventScroll: true });
}
