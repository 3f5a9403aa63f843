import { m } from '$lib/paraglide/messages';
import type { CampaignProgress } from '$lib/rpc/schema';
import { show } from './format.svelte';
import { tellElsewhere } from './notice';
import { pausedText } from './problem';

/** A campaign has come to its end, or stands still until the user looks at it. */
export function tellOfEnd({ name, state, counts, total, pauseReason }: CampaignProgress): void {
  if (state === 'finished') {
    tellElsewhere(name, m.campaigns_run_sent({ sent: show.number(counts.sent), total: show.number(total) }));
  }
  const paused = state === 'paused' && pausedText(pauseReason);
  if (paused) tellElsewhere(m.home_need_paused({ name }), paused);
}
