import { resource } from '$lib/app/resource.svelte';
import { call } from '$lib/rpc/call';
import type { Planning } from './planning.svelte';

export type PreviewView = 'desktop' | 'phone' | 'words';

/** Pictures that a mail would load from the internet. The HTML is searched as text, never parsed. */
export function hasRemotePictures(html: string): boolean {
  return /(?:\bsrc\s*=\s*["']?|url\(\s*["']?)https?:/i.test(html);
}

/** Which person's mail is shown, and how. Make it while a component is being made. */
export class Preview {
  #wanted = $state(0);
  view = $state<PreviewView>('desktop');
  pictures = $state(false);
  readonly #planning: Planning;
  /** From 0; never behind the last person. */
  readonly position = $derived.by(() => Math.max(0, Math.min(this.#wanted, this.total - 1)));
  readonly #hasTemplate = $derived.by(() => this.#planning.view.plan.templateId !== null);
  readonly mail = resource(async () => {
    void this.#planning.editor.round;
    const position = this.position;
    if (!this.#hasTemplate) return null;
    return call('campaign.preview', { id: this.#planning.editor.id, position });
  }, ['contacts', 'lists', 'suppressions', 'templates']);

  constructor(planning: Planning) {
    this.#planning = planning;
  }

  get total(): number {
    return this.#planning.sendable;
  }

  step(by: -1 | 1): void {
    this.#wanted = Math.max(0, Math.min(this.position + by, this.total - 1));
  }
}
