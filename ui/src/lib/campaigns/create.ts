import { attempt } from '$lib/app/attempt';
import { show } from '$lib/app/format.svelte';
import { go } from '$lib/app/navigate';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import type { AccountShare, AccountView, CampaignPlan } from '$lib/rpc/schema';
import { USUAL_RETRY_HOURS } from './retries';

/** The wanted name, or with the first number behind it that is free. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const keys = new Set(taken.map((name) => name.trim().toLocaleLowerCase()));
  let name = wanted;
  for (let number = 2; keys.has(name.toLocaleLowerCase()); number += 1) name = `${wanted} ${number}`;
  return name;
}

/** The account that goes without saying: the only real one, or the sandbox where there is no other. */
export function obviousAccount(accounts: readonly AccountView[]): AccountShare[] {
  const real = accounts.filter((account) => account.kind !== 'sandbox');
  const [first, ...others] = real.length === 0 ? accounts : real;
  return first && (others.length === 0 || real.length === 0) ? [{ accountId: first.id, weight: 1 }] : [];
}

/** Makes a campaign with a name that will do, and goes to its page. What is known already may be given. */
export async function createCampaign(start: Partial<CampaignPlan> = {}): Promise<void> {
  await attempt(async () => {
    const [campaigns, accounts] = await Promise.all([call('campaign.list', {}), call('account.list', {})]);
    const wanted = m.campaigns_default_name({ day: show.day(Date.now()) });
    const plan: CampaignPlan = {
      name: freeName(
        wanted,
        campaigns.map((campaign) => campaign.name),
      ),
      listIds: [],
      templateId: null,
      accounts: obviousAccount(accounts),
      retryHours: USUAL_RETRY_HOURS,
      ...start,
    };
    const made = await call('campaign.create', { plan });
    await go(`/campaigns/${made.campaign.id}`);
  });
}
