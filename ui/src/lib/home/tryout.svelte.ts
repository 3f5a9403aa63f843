const KEY = 'hongyan.tryout';

let chosen = $state(localStorage.getItem(KEY) === 'yes');

/** Whether the user chose to try the sandbox before adding an account. Only the welcome page looks at it. */
export const tryout = {
  get chosen() {
    return chosen;
  },
  set chosen(next: boolean) {
    chosen = next;
    localStorage.setItem(KEY, next ? 'yes' : 'no');
  },
};
