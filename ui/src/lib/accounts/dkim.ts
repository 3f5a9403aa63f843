import type { AccountView, SetDkim } from '$lib/rpc/schema';

/** Which key signs: none, the one there is, a new one, or the user's own. */
export type DkimKey = 'off' | 'kept' | 'new' | 'own';
export type DkimKind = 'rsa' | 'ed25519';

const USUAL_SELECTOR = 'hongyan';

export interface DkimFields {
  key: DkimKey;
  kind: DkimKind;
  pem: string;
  selector: string;
  domain: string;
}

export function fieldsFromDkim({ dkim, from }: AccountView): DkimFields {
  return {
    key: dkim ? 'kept' : 'off',
    kind: 'rsa',
    pem: '',
    selector: dkim?.selector ?? USUAL_SELECTOR,
    domain: dkim?.domain ?? domainOf(from.address),
  };
}

/**
 * A selector for the key that follows: with a name of its own, its record stands beside the old one, by which mails on
 * their way are still checked.
 */
export function nextSelector(selector: string): string {
  const count = /\d+$/.exec(selector)?.[0];
  return count ? selector.slice(0, -count.length) + String(Number(count) + 1) : `${selector}2`;
}

/** What goes over the wire; null where nothing is to be signed. */
export function toSetDkim(id: number, fields: DkimFields): SetDkim | null {
  const { key } = fields;
  if (key === 'off') return null;
  const selector = fields.selector.trim() || null;
  const domain = fields.domain.trim() || null;
  if (key === 'own') return { id, key: 'pem', pem: fields.pem, selector, domain };
  return { id, key: key === 'new' ? fields.kind : 'kept', pem: null, selector, domain };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
