import { fieldLabel, usualFields } from '$lib/contacts/field-label';
import { m } from '$lib/paraglide/messages';
import type { ColumnTarget } from '$lib/rpc/schema';

// Words in front of the colon are ours; behind it stands a field's name, so no name can be taken for one of ours.
const FIELD = 'field:';

/** A target as one word, for lists of choices. */
export function targetWord(target: ColumnTarget): string {
  return target.kind === 'field' ? FIELD + target.field : target.kind;
}

/** The target that a word stands for. */
export function wordTarget(word: string): ColumnTarget {
  if (word.startsWith(FIELD)) return { kind: 'field', field: word.slice(FIELD.length) };
  return word === 'email' || word === 'name' ? { kind: word } : { kind: 'skip' };
}

/** What a target is called: the usual fields by their meaning, all others by their own name. */
export function targetLabel(target: ColumnTarget): string {
  switch (target.kind) {
    case 'skip':
      return m.import_target_skip();
    case 'email':
      return fieldLabel('email');
    case 'name':
      return fieldLabel('name');
    case 'field':
      return fieldLabel(target.field);
  }
}

/** Everything a column can go to, each once: what always exists, the usual fields, those in use, those just made. */
export function targetChoices(known: readonly string[], inUse: readonly ColumnTarget[]): ColumnTarget[] {
  const made = inUse.flatMap((target) => (target.kind === 'field' ? [target.field] : []));
  const fields = [...new Set([...usualFields, ...known, ...made])];
  return [
    { kind: 'skip' },
    { kind: 'email' },
    { kind: 'name' },
    ...fields.map((field) => ({ kind: 'field' as const, field })),
  ];
}

/** The columns that go where an earlier one goes already. */
export function repeatedColumns(targets: readonly ColumnTarget[]): Set<number> {
  const seen = new Set();
  const repeated = new Set<number>();
  targets.forEach((target, column) => {
    const word = targetWord(target);
    if (target.kind === 'skip') return;
    if (seen.has(word)) repeated.add(column);
    seen.add(word);
  });
  return repeated;
}
