import { describe, expect, it, vi } from 'vitest';
import { m } from '$lib/paraglide/messages';
import type { CampaignView } from '$lib/rpc/schema';
import { toasts } from '$lib/ui/toasts.svelte';
import { answerWith, calls, emit } from '../../../test/fake-host';
import type { Planning } from './planning.svelte';
import { Sending } from './sending.svelte';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

const viewIn = (state: string) => ({ campaign: { id: 3, name: 'Spring', state } }) as unknown as CampaignView;

/** A campaign whose start comes to its end when the test says so. */
function slowStart(stopped = 'draft') {
  let end = (_: string): void => {};
  answerWith({
    'campaign.start': (() => new Promise((take) => (end = (state) => take(viewIn(state))))) as never,
    'campaign.stop_start': () => viewIn(stopped),
  });
  const shown: string[] = [];
  const planning = {
    editor: { id: 3, settled: async () => true },
    show: (view: CampaignView) => shown.push(view.campaign.state),
    open: 'when',
  } as unknown as Planning;
  return { sending: new Sending(planning), shown, end: (state: string) => end(state) };
}

const tell = (id: number, preparing: number | null) => emit({ kind: 'campaignProgress', progress: { id, preparing } });
const called = (command: string) => vi.waitUntil(() => calls.some((call) => call.command === command));

describe('starting a campaign', () => {
  it('says how many are ready until it has begun', async () => {
    const { sending, shown, end } = slowStart();
    sending.ask(null);
    const done = sending.confirm();
    await called('campaign.start');
    tell(4, 9);
    expect(sending.prepared).toBeNull();
    tell(3, 250_000);
    expect(sending.prepared).toBe(250_000);
    end('running');
    expect(await done).toBe(true);
    expect([sending.prepared, sending.isAsking, shown]).toEqual([null, false, ['running']]);
  });

  it('can be stopped on the way, and the campaign stays a draft', async () => {
    const { sending, shown, end } = slowStart();
    sending.ask(null);
    const done = sending.confirm();
    await called('campaign.start');
    tell(3, 10_000);
    await sending.stop();
    expect(calls.at(-1)).toEqual({ command: 'campaign.stop_start', request: { id: 3 } });
    end('draft');
    await done;
    expect([sending.isAsking, shown]).toEqual([false, ['draft']]);
  });

  it('says that it is paused when the stop came too late', async () => {
    const { sending, shown, end } = slowStart('paused');
    sending.ask(null);
    const done = sending.confirm();
    await called('campaign.start');
    end('running');
    await done;
    await sending.stop();
    expect(shown).toEqual(['running', 'paused']);
    expect(toasts().at(-1)?.text).toBe(m.campaigns_preparing_too_late());
  });
});
