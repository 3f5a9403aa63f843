import { afterEach, describe, expect, it, vi } from 'vitest';
import { showLocale } from '$lib/app/locale.svelte';
import { adviceText, outcomeSentence, outcomeText, stageText } from './outcome';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

afterEach(() => showLocale('en'));

const row = (
  state: string,
  verdict: string | null = null,
  skipReason: string | null = null,
  dueAtMs: number | null = null,
) => ({
  state,
  verdict,
  skipReason,
  dueAtMs,
});
const verdicts = [
  'try_later',
  'recipient_unknown',
  'recipient_refused',
  'content_refused',
  'account_quota',
  'account_slow_down',
  'account_login',
  'account_tls',
  'account_reputation',
  'account_sender',
  'network_down',
  'in_doubt',
];
const skips = ['suppressed', 'missing_field', 'not_buildable', 'contact_deleted', 'cancelled'];
const stages = ['connect', 'greeting', 'ehlo', 'tls', 'auth', 'mail', 'rcpt', 'data', 'body', 'final_reply'];

describe('the outcome of a recipient', () => {
  it('has a sentence and an advice for every verdict and skip reason, in both languages', async () => {
    for (const locale of ['en', 'zh-CN'] as const) {
      await showLocale(locale);
      const rows = [
        ...verdicts.map((word) => row('deferred', word)),
        ...skips.map((word) => row('skipped', null, word)),
      ];
      for (const one of rows) {
        expect(outcomeSentence(one)).not.toMatch(/^[a-z_]*$/);
        expect(adviceText(one)).not.toBe('');
      }
      for (const stage of stages) expect(stageText(stage)).not.toContain('_');
    }
  });

  it('that was put off names the next try', () => {
    const due = new Date().setHours(23, 57, 0, 0);
    expect(outcomeText(row('deferred', 'try_later', null, due))).toContain('23:57');
    expect(outcomeText(row('sent', 'accepted'))).toBe('');
  });

  it('that was put off until the end is a failure, not a promise to retry', () => {
    expect(adviceText(row('failed', 'try_later'))).not.toBe(adviceText(row('deferred', 'try_later')));
    expect(outcomeSentence(row('failed', 'try_later'))).toContain('gave up');
  });

  it('in doubt is explained even when nothing was written about the attempt', () => {
    expect(adviceText(row('in_doubt'))).toContain('may have arrived');
  });

  it('with a word of a newer engine shows that word rather than nothing', () => {
    expect(outcomeSentence(row('failed', 'brand_new'))).toBe('brand_new');
  });
});
