import { untrack } from 'svelte';
import { call } from '$lib/rpc/call';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import type { RenderView, TemplateDraft } from '$lib/rpc/schema';

/** Typing rests for so long before the mail is made anew. */
const REST_MS = 250;

/** The mail as one person would get it, made anew while it is written. */
export class TemplatePreview {
  /** Who it is for; null for a made-up person. */
  contactId = $state<number | null>(null);
  view = $state.raw<RenderView>();
  error = $state.raw<RpcError>();
  isMaking = $state(false);
  #lastGood = $state.raw<RenderView>();
  #round = 0;

  /** Make it while a component is being made. `draft` is undefined while there is nothing to show. */
  constructor(draft: () => TemplateDraft | undefined) {
    let isFirst = true;
    $effect(() => {
      const template = $state.snapshot(draft());
      const contactId = this.contactId;
      if (!template) return;
      const timer = setTimeout(() => untrack(() => void this.#make(template, contactId)), isFirst ? 0 : REST_MS);
      isFirst = false;
      return () => clearTimeout(timer);
    });
  }

  /** What to show: while the template has a mistake, the last mail that could be made. */
  get shown(): RenderView | undefined {
    return this.view?.html ? this.view : (this.#lastGood ?? this.view);
  }

  /** What is shown is older than what is written, as that has a mistake. */
  get isOld(): boolean {
    return this.view !== undefined && this.view !== this.shown;
  }

  async #make(template: TemplateDraft, contactId: number | null) {
    const mine = ++this.#round;
    this.isMaking = true;
    try {
      const view = await call('template.render', { template, contactId });
      if (mine !== this.#round) return;
      this.view = view;
      this.error = undefined;
      if (view.html) this.#lastGood = view;
    } catch (thrown) {
      if (mine === this.#round) this.error = toRpcError(thrown);
    } finally {
      if (mine === this.#round) this.isMaking = false;
    }
  }
}
