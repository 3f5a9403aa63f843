import { attempt } from '$lib/app/attempt';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import { toast } from '$lib/ui';
import type { Planning } from './planning.svelte';

/** The last step: asks once, then starts or sets the time. */
export class Sending {
  /** What is being asked: the departure as it was when the button was pressed. */
  asked = $state.raw<{ atMs: number | null }>({ atMs: null });
  isAsking = $state(false);
  error = $state.raw<RpcError>();
  readonly #planning: Planning;

  constructor(planning: Planning) {
    this.#planning = planning;
  }

  /** Opens the question. `atMs` null means now. */
  ask(atMs: number | null): void {
    this.asked = { atMs };
    this.error = undefined;
    this.isAsking = true;
  }

  /** The user agreed. Answers whether the engine did. */
  async confirm(): Promise<boolean> {
    const { editor } = this.#planning;
    const { atMs } = this.asked;
    this.error = undefined;
    try {
      if (!(await editor.settled())) throw editor.error;
      const id = editor.id;
      const view = await (atMs === null ? call('campaign.start', { id }) : call('campaign.schedule', { id, atMs }));
      this.#planning.show(view);
      this.#planning.open = null;
      this.isAsking = false;
      return true;
    } catch (thrown) {
      this.error = toRpcError(thrown);
      await this.#planning.check.reload();
      return false;
    }
  }

  /** Makes a scheduled campaign a draft again. */
  async toDraft(): Promise<void> {
    const view = await attempt(() => call('campaign.unschedule', { id: this.#planning.editor.id }));
    if (!view) return;
    this.#planning.show(view);
    toast({ text: m.campaigns_back_in_draft({ name: view.campaign.name }) });
  }
}
