import { untrack } from 'svelte';
import { FormErrors } from '$lib/app/form.svelte';
import { getLocale } from '$lib/app/locale.svelte';
import { resource } from '$lib/app/resource.svelte';
import { call } from '$lib/rpc/call';
import type { TemplateDraft, TemplateView } from '$lib/rpc/schema';
import { starter, type TemplateFormat } from './starters';

const fields = ['name', 'subject', 'preheader', 'body', 'text'] as const;

/** A template while it is written: what is entered, what is kept, and whether they differ. */
export class TemplateEditor {
  readonly draft = $state<TemplateDraft>(starter('markdown', getLocale()));
  readonly errors = new FormErrors(fields);
  #id = $state<number | null>(null);
  #kept = $state('');
  #saving = Promise.resolve(true);
  readonly #format: () => TemplateFormat;
  readonly #read = resource(
    async () => (this.#id === null ? null : await call('template.get', { id: this.#id })),
    ['templates'],
  );

  /** Make it while a component is being made. `id` is null for a new template; it starts in the format given. */
  constructor(id: () => number | null, format: () => TemplateFormat) {
    this.#format = format;
    this.#open(id());
    $effect(() => {
      const wanted = id();
      untrack(() => wanted !== this.#id && this.#open(wanted));
    });
    // What is saved elsewhere shows at once, unless the user is in the middle of writing.
    $effect(() => {
      const view = this.#view;
      if (!view) return;
      untrack(() => {
        if (!this.isReady || !this.isChanged) this.#take(view.template);
      });
    });
  }

  get id(): number | null {
    return this.#id;
  }

  /** There is something to write on: it is new, or it was read. */
  get isReady(): boolean {
    return this.#kept !== '';
  }

  get failure() {
    return this.isReady ? undefined : this.#read.error;
  }

  reload = () => this.#read.reload();

  /** Something was written that is not kept yet. */
  get isChanged(): boolean {
    return this.#kept !== JSON.stringify(this.draft);
  }

  /** There is something to keep; a new template is, even as it was suggested. */
  get maySave(): boolean {
    return this.isReady && (this.isChanged || this.id === null);
  }

  /** Saves, one time after the other, or a new template would be made twice; answers whether it is kept now. */
  save(): Promise<boolean> {
    this.#saving = this.#saving.then(() => (this.#id !== null && !this.isChanged) || this.#save());
    return this.#saving;
  }

  async #save(): Promise<boolean> {
    const id = this.#id;
    const template = $state.snapshot(this.draft);
    const saved = await this.errors.run(() =>
      id === null ? call('template.create', { template }) : call('template.update', { id, template }),
    );
    if (!saved) return false;
    // Meanwhile another template may have been opened; what is written there stays.
    if (this.#id !== id) return true;
    // Who went on writing meanwhile keeps that; it differs from what is kept now.
    const untouched = JSON.stringify(this.draft) === JSON.stringify(template);
    this.#id = saved.id;
    if (untouched) this.#take(saved.template);
    else this.#kept = JSON.stringify(saved.template);
    this.#read.set(saved);
    return true;
  }

  /** Forgets what was written. */
  discard(): void {
    if (this.isReady) Object.assign(this.draft, JSON.parse(this.#kept));
  }

  get #view(): TemplateView | undefined {
    const data = this.#read.data;
    return data && data.id === this.#id ? data : undefined;
  }

  #open(id: number | null) {
    this.#id = id;
    this.#kept = '';
    this.errors.clear();
    if (id === null) this.#take(starter(this.#format(), getLocale()));
  }

  #take(template: TemplateDraft) {
    Object.assign(this.draft, template);
    this.#kept = JSON.stringify(this.draft);
  }
}
