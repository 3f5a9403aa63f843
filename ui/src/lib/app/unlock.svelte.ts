let asked = $state(false);

/** Opens the dialog that makes or opens the vault of passwords. */
export function askToUnlock(): void {
  asked = true;
}

export const unlockDialog = {
  get open() {
    return asked;
  },
  set open(next: boolean) {
    asked = next;
  },
};
