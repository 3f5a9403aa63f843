import type { ContactFilter, ContactOrder } from '$lib/rpc/schema';

/** Which contacts the screen shows: all, one list, or the suppression list. */
export type View = 'all' | 'suppressed' | { listId: number };

/** What the contacts screen shows. It stands in the address, so that Back works. */
export interface Place {
  view: View;
  search: string;
  order: ContactOrder;
  descending: boolean;
  /** The contact whose drawer is open. */
  contact: number | 'new' | null;
}

const orders: readonly ContactOrder[] = ['created', 'name', 'address'];

// The router decodes the address once more when a page is loaded anew, so percent signs would not survive in it.
const toWord = (text: string) => encodeURIComponent(text).replaceAll('~', '%7E').replaceAll('%', '~');

function fromWord(word: string): string {
  try {
    return decodeURIComponent(word.replaceAll('~', '%'));
  } catch {
    return '';
  }
}

const toId = (text: string | null) => (text !== null && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : null);

function readView(word: string | null): View {
  if (word === 'suppressed') return 'suppressed';
  const listId = toId(word);
  return listId === null ? 'all' : { listId };
}

/** Reads the query of `#/contacts?…`; what it does not understand stands for the usual. */
export function readPlace(query: URLSearchParams): Place {
  const order = orders.find((one) => one === query.get('sort')) ?? 'created';
  const contact = query.get('contact');
  return {
    view: readView(query.get('list')),
    search: fromWord(query.get('search') ?? ''),
    order,
    descending: query.has('down') ? query.get('down') === '1' : order === 'created',
    contact: contact === 'new' ? 'new' : toId(contact),
  };
}

/** The path of a place, without what is usual anyway. */
export function placePath(place: Place): `/${string}` {
  const query = new URLSearchParams();
  if (place.view === 'suppressed') query.set('list', 'suppressed');
  else if (place.view !== 'all') query.set('list', String(place.view.listId));
  if (place.search) query.set('search', toWord(place.search));
  if (place.order !== 'created') query.set('sort', place.order);
  if (place.descending !== (place.order === 'created')) query.set('down', place.descending ? '1' : '0');
  if (place.contact !== null) query.set('contact', String(place.contact));
  const text = query.toString();
  return text ? `/contacts?${text}` : '/contacts';
}

/** The contacts of a place, as the engine is asked for them. */
export function filterOf(place: Place): ContactFilter {
  return {
    listId: typeof place.view === 'object' ? place.view.listId : null,
    search: place.search || null,
    suppressed: null,
  };
}

/** All contacts, the newest first. */
export const usualPlace: Place = { view: 'all', search: '', order: 'created', descending: true, contact: null };
