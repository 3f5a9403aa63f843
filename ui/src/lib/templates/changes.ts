import { attempt } from '$lib/app/attempt';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import { toast } from '$lib/ui';

/** Deletes a template and offers to take it back. Answers whether it was done. */
export async function deleteTemplate(template: { id: number; name: string }): Promise<boolean> {
  const deleted = await attempt(() => call('template.delete', { id: template.id }));
  if (!deleted) return false;
  const undo = () => attempt(() => call('template.restore', { undoId: deleted.undoId }));
  toast({ text: m.templates_deleted({ name: template.name }), undo });
  return true;
}

/** Makes a second template with the same content; answers its row id. */
export async function duplicateTemplate(id: number): Promise<number | undefined> {
  const copy = await attempt(() => call('template.duplicate', { id }));
  if (copy) toast({ text: m.templates_duplicated({ name: copy.template.name }) });
  return copy?.id;
}
