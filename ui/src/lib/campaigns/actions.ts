import { attempt } from '$lib/app/attempt';
import { go } from '$lib/app/navigate';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import type { CampaignRow } from '$lib/rpc/schema';
import { toast } from '$lib/ui';

/** Makes a draft with the same choices and goes to it. */
export async function duplicateCampaign(id: number): Promise<void> {
  const made = await attempt(() => call('campaign.duplicate', { id }));
  if (made) await go(`/campaigns/${made.campaign.id}`);
}

/** Whether the engine lets go of a campaign in this state. */
export function isDeletable(state: string): boolean {
  return state === 'draft' || state === 'finished' || state === 'cancelled';
}

/** Deletes a campaign, with a way back; answers whether it is gone. */
export async function deleteCampaign(campaign: Pick<CampaignRow, 'id' | 'name'>): Promise<boolean> {
  const deleted = await attempt(() => call('campaign.delete', { id: campaign.id }));
  if (!deleted) return false;
  toast({
    text: m.campaigns_deleted({ name: campaign.name }),
    undo: () => attempt(() => call('campaign.restore', { undoId: deleted.undoId })),
  });
  return true;
}
