import { untrack } from 'svelte';
import { FormErrors } from '$lib/app/form.svelte';
import { resource } from '$lib/app/resource.svelte';
import { call } from '$lib/rpc/call';
import type { ContactDetail, ContactRow } from '$lib/rpc/schema';
import { ContactForm } from './contact-form.svelte';

/** The contact in the drawer: what is kept of it, what is being entered, and the question before that is lost. */
export class OpenContact {
  readonly form = new ContactForm(null);
  readonly errors = new FormErrors(['address', 'name', 'fields']);
  /** The user wanted to go while something was not saved. */
  isLeaving = $state(false);
  /** The new contact once it is saved, while something that was entered meanwhile is not. */
  #made: number | null = null;
  readonly #id: () => number | 'new' | null;
  readonly #newIn: () => number | null;
  readonly #read = resource(async () => {
    const id = this.#id();
    return typeof id === 'number' ? await call('contact.get', { id }) : null;
  }, ['contacts', 'lists', 'suppressions', 'campaigns']);

  /** Make it while a component is being made. `newIn` is the list that a new contact starts in. */
  constructor(id: () => number | 'new' | null, newIn: () => number | null) {
    this.#id = id;
    this.#newIn = newIn;
    $effect(() => {
      void id();
      untrack(() => this.#begin());
    });
    // What changes elsewhere shows at once, unless the user is in the middle of entering something.
    $effect(() => {
      const contact = this.detail?.contact;
      if (!contact) return;
      untrack(() => {
        if (!this.form.isChanged) this.form.fill(contact);
      });
    });
  }

  get isNew(): boolean {
    return this.#id() === 'new';
  }

  /** What is kept of the contact that is open now; an answer about the one before does not count. */
  get detail(): ContactDetail | undefined {
    const data = this.#read.data;
    return data?.contact.id === this.#id() ? (data ?? undefined) : undefined;
  }

  get failure() {
    return this.detail || this.isNew ? undefined : this.#read.error;
  }

  reload = () => this.#read.reload();

  /** Saves; answers the contact as it is kept now, or undefined when the engine refused. */
  async save(): Promise<ContactRow | undefined> {
    const id = this.#id();
    const known = typeof id === 'number' ? id : this.#made;
    const contact = this.form.draft;
    const saved = await this.errors.run(() =>
      known === null ? call('contact.create', { contact }) : call('contact.update', { id: known, contact }),
    );
    if (!saved) return undefined;
    // Meanwhile another contact may have been opened; its form is its own.
    if (this.#id() === id) {
      this.form.takeSaved(saved, contact);
      this.#made = saved.id;
      this.isLeaving = false;
    }
    return saved;
  }

  /** Forgets what was entered. */
  discard(): void {
    this.#begin();
  }

  #begin(): void {
    const contact = this.detail?.contact ?? null;
    const listId = this.#newIn();
    this.form.fill(contact, this.isNew && listId !== null ? [listId] : []);
    this.#made = null;
    this.errors.clear();
    this.isLeaving = false;
  }
}
