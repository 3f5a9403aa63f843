import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Counts, ListRecipients, RecipientRow } from '$lib/rpc/schema';
import { answerWith, calls } from '../../../test/fake-host';
import { Recipients } from './recipients.svelte';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

const none: Counts = { queued: 0, armed: 0, sent: 0, deferred: 0, failed: 0, in_doubt: 0, skipped: 0 };
const MANY = 250;

function page({ after, limit }: ListRecipients) {
  const from = Number(after ?? 0);
  const ids = Array.from({ length: Math.min(limit, MANY - from) }, (_, at) => from + at + 1);
  const rows = ids.map((id) => ({ id }) as RecipientRow);
  return { rows, next: from + limit < MANY ? String(from + limit) : null, total: after === null ? MANY : null };
}

describe('the recipients of a campaign that goes on', () => {
  let counts = $state({ ...none, queued: MANY });
  let recipients: Recipients;
  let stop: () => void;
  const asked = () => calls.filter((call) => call.command === 'campaign.recipients').length;
  const wait = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    flushSync();
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    counts = { ...none, queued: MANY };
    answerWith({ 'campaign.recipients': page });
    stop = $effect.root(() => void (recipients = new Recipients(7, () => counts)));
    flushSync();
    await wait(0);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('are read again in place while all of them are shown, and only now and then', async () => {
    const before = asked();
    for (let sent = 1; sent <= 10; sent += 1) {
      counts = { ...none, queued: MANY - sent, sent };
      flushSync();
      await wait(100);
    }
    expect(asked()).toBe(before);
    await wait(3_000);
    expect(asked()).toBe(before + 1);
    expect(recipients.isStale).toBe(false);
  });

  it('are read again at once when it has ended', async () => {
    const before = asked();
    counts = { ...none, sent: MANY };
    flushSync();
    await wait(0);
    expect(asked()).toBe(before + 1);
    await wait(3_000);
    expect(asked()).toBe(before + 1);
  });

  it('of one state do not move under the reader, who is offered a refresh', async () => {
    recipients.state = 'queued';
    flushSync();
    await wait(0);
    const before = asked();
    counts = { ...none, queued: 10, sent: 240 };
    flushSync();
    await wait(3_000);
    expect([asked(), recipients.isStale]).toEqual([before, true]);
    await recipients.refresh();
    expect([asked(), recipients.isStale]).toEqual([before + 1, false]);
  });

  it('are left alone when nothing happens', async () => {
    const before = asked();
    await wait(60_000);
    expect(asked()).toBe(before);
  });
});
