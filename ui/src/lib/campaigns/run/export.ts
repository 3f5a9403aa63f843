import { attempt } from '$lib/app/attempt';
import { show } from '$lib/app/format.svelte';
import { host } from '$lib/host';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import { toast } from '$lib/ui';

/** A name that every file system takes. */
export function fileName(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must go
  return `${text.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '-').trim()}.csv`;
}

/** Writes the recipients of one state, or all, to a file of the user's choice. */
export async function exportRecipients(id: number, name: string, state: string | null): Promise<void> {
  await attempt(async () => {
    const suggested = fileName(m.campaigns_run_file({ name }));
    const target = await host.chooseSave(suggested);
    if (!target) return;
    const { count } = await call('campaign.export', { id, state, target: target.handle });
    await host.deliver(target.handle, suggested);
    toast({ text: m.campaigns_run_exported({ count, shown: show.number(count) }) });
  });
}
