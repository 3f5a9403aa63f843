import { attempt } from '$lib/app/attempt';
import { onEngineEvent } from '$lib/app/events';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import type { CampaignView } from '$lib/rpc/schema';
import { toast } from '$lib/ui';
import type { Planning } from './planning.svelte';

/** The last step: asks once, then starts or sets the time. */
export class Sending {
  /** What is being asked: the departure as it was when the button was pressed. */
  asked = $state.raw<{ atMs: number | null }>({ atMs: null });
  isAsking = $state(false);
  error = $state.raw<RpcError>();
  /** While it starts: people put into the queue so far. */
  prepared = $state<number | null>(null);
  #isStopped = false;
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
      const view = await (atMs === null ? this.#start(id) : call('campaign.schedule', { id, atMs }));
      this.#planning.show(view);
      this.#planning.open = null;
      if (this.#isStopped && view.campaign.state === 'draft') toast({ text: m.campaigns_preparing_stopped() });
      this.isAsking = false;
      return true;
    } catch (thrown) {
      this.error = toRpcError(thrown);
      await this.#planning.check.reload();
      return false;
    }
  }

  /** Starts it. With very many recipients that takes seconds, so it is told how far it is. */
  async #start(id: number): Promise<CampaignView> {
    this.#isStopped = false;
    const stop = onEngineEvent((event) => {
      if (event.kind === 'campaignProgress' && event.progress.id === id) this.prepared = event.progress.preparing;
    });
    try {
      return await call('campaign.start', { id });
    } finally {
      stop();
      this.prepared = null;
    }
  }

  /** Stops the start: the campaign stays as it was, or is paused where it has begun just before. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const view = await attempt(() => call('campaign.stop_start', { id: this.#planning.editor.id }));
    if (view?.campaign.state !== 'paused') return;
    this.#planning.show(view);
    toast({ text: m.campaigns_preparing_too_late() });
  }

  /** Makes a scheduled campaign a draft again. */
  async toDraft(): Promise<void> {
    const view = await attempt(() => call('campaign.unschedule', { id: this.#planning.editor.id }));
    if (!view) return;
    this.#planning.show(view);
    toast({ text: m.campaigns_back_in_draft({ name: view.campaign.name }) });
  }
}
