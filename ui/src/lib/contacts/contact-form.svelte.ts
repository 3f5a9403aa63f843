import type { ContactDraft, ContactRow } from '$lib/rpc/schema';

interface FieldLine {
  /** Tells lines apart while their names are typed. */
  key: number;
  name: string;
  value: string;
}

/** What the user is entering for a contact, and whether it differs from what is kept. */
export class ContactForm {
  address = $state('');
  name = $state('');
  lines = $state<FieldLine[]>([]);
  listIds = $state<number[]>([]);
  #kept = $state('');
  #nextKey = 0;

  /** `contact` is null for a new one; it starts in the lists given. */
  constructor(contact: ContactRow | null, listIds: readonly number[] = []) {
    this.fill(contact, listIds);
  }

  /** Takes the values of a contact; whatever was entered is gone. */
  fill(contact: ContactRow | null, listIds: readonly number[] = []): void {
    this.address = contact?.address ?? '';
    this.name = contact?.name ?? '';
    this.lines = Object.entries(contact?.fields ?? {}).map(([name, value]) => this.#line(name, value));
    this.listIds = contact ? contact.lists.map((list) => list.id) : [...listIds];
    this.#kept = wordOf(this.draft);
  }

  /** Takes what is kept since `sent` was saved; what was entered after that stays as it is. */
  takeSaved(contact: ContactRow, sent: ContactDraft): void {
    if (wordOf(this.draft) === wordOf(sent)) this.fill(contact);
    else this.#kept = wordOf({ ...contact, listIds: contact.lists.map((list) => list.id) });
  }

  /** Something was entered that is not kept yet. */
  get isChanged(): boolean {
    return wordOf(this.draft) !== this.#kept;
  }

  /** Adds a field; one that is there already stays as it is. */
  addField(name: string): void {
    if (name && !this.lines.some((line) => line.name === name)) this.lines.push(this.#line(name, ''));
  }

  removeField(key: number): void {
    this.lines = this.lines.filter((line) => line.key !== key);
  }

  toggleList(id: number): void {
    const rest = this.listIds.filter((one) => one !== id);
    this.listIds = rest.length === this.listIds.length ? [...rest, id] : rest;
  }

  /** The values as the engine takes them. */
  get draft(): ContactDraft {
    return {
      address: this.address.trim(),
      name: this.name.trim(),
      fields: Object.fromEntries(this.lines.map((line) => [line.name, line.value.trim()])),
      listIds: this.listIds,
    };
  }

  #line(name: string, value: string): FieldLine {
    return { key: this.#nextKey++, name, value };
  }
}

/** Equal for equal values, whatever their order. */
function wordOf({ address, name, fields, listIds }: ContactDraft): string {
  const filled = Object.entries(fields).filter(([, value]) => value !== '');
  return JSON.stringify([address, name, filled.sort(), [...listIds].sort((a, b) => a - b)]);
}
