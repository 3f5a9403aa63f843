import { attempt } from '$lib/app/attempt';
import { show } from '$lib/app/format.svelte';
import { host } from '$lib/host';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import type { ContactFilter, ContactSelection, ListName } from '$lib/rpc/schema';
import { toast } from '$lib/ui';

const counted = (count: number) => ({ count, shown: show.number(count) });

/** Deletes contacts and offers to take it back. Answers whether it was done. */
export async function deleteContacts(selection: ContactSelection): Promise<boolean> {
  const deleted = await attempt(() => call('contact.delete', { selection }));
  if (!deleted) return false;
  const undo = () => attempt(() => call('contact.restore', { undoId: deleted.undoId }));
  toast({ text: m.contacts_deleted(counted(deleted.count)), undo });
  return true;
}

/** Puts contacts into a list that may have to be made first. Throws when the engine refuses. */
export async function addToList(selection: ContactSelection, list: ListName | { name: string }): Promise<void> {
  const known = 'id' in list ? list : await call('list.create', { name: list.name });
  const { count } = await call('contact.add_to_list', { selection, listId: known.id });
  toast({ text: m.contacts_added_to_list({ ...counted(count), list: known.name }) });
}

/** Takes contacts out of a list. Those that were named one by one can be put back. */
export async function removeFromList(selection: ContactSelection, list: ListName): Promise<boolean> {
  const listId = list.id;
  const removed = await attempt(() => call('contact.remove_from_list', { selection, listId }));
  if (!removed) return false;
  const undo = () => attempt(() => call('contact.add_to_list', { selection, listId }));
  toast({
    text: m.contacts_removed_from_list({ ...counted(removed.count), list: list.name }),
    undo: selection.kind === 'ids' ? undo : undefined,
  });
  return true;
}

/** Asks where to, then writes contacts to a CSV file. */
export async function exportContacts(filter: ContactFilter, name: string): Promise<void> {
  const fileName = `${name}.csv`;
  await attempt(async () => {
    const target = await host.chooseSave(fileName);
    if (!target) return;
    const { count } = await call('contact.export', { filter, target: target.handle });
    await host.deliver(target.handle, fileName);
    toast({ text: m.contacts_exported(counted(count)) });
  });
}
