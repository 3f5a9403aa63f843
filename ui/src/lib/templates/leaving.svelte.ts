import { beforeNavigate, goto } from '$app/navigation';
import type { BeforeNavigate } from '@sveltejs/kit';

/** Keeps the user from leaving a screen with something unsaved, and goes on to where they wanted when they have decided. */
export class LeaveGuard {
  isAsking = $state(false);
  #way: BeforeNavigate | undefined;
  #mayLeave = false;

  /** Make it while a component is being made. */
  constructor(isUnsaved: () => boolean) {
    beforeNavigate((navigation) => {
      if (this.#mayLeave || !isUnsaved()) return;
      navigation.cancel();
      // A window that is closed asks by itself.
      if (navigation.type === 'leave' || navigation.willUnload) return;
      this.#way = navigation;
      this.isAsking = true;
    });
  }

  /** Leaves to where the user wanted to go. */
  async leave(): Promise<void> {
    const way = this.#way;
    this.isAsking = false;
    if (!way) return;
    this.#mayLeave = true;
    if (way.type === 'popstate' && way.delta) history.go(way.delta);
    else if (way.to) await goto(way.to.url);
  }
}
