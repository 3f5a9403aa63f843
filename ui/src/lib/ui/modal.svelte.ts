/** How many drawers and dialogs are open. */
let count = $state(0);

/** Notes that one is open, until the returned function is called. */
export function modalOpened(): () => void {
  count += 1;
  return () => {
    count -= 1;
  };
}

/** Whether a drawer or dialog lies over the page. */
export function isModalOpen(): boolean {
  return count > 0;
}
