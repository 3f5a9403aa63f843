import { afterEach, describe, expect, it, vi } from 'vitest';
import { showLocale } from '$lib/app/locale.svelte';
import type { CheckView, Finding } from '$lib/rpc/schema';
import { faultsOf, faultyOf, findingText, gapsOf, mistakeText } from './finding';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

afterEach(() => showLocale('en'));

const finding = (code: string, more: Partial<Finding> = {}): Finding => ({
  severity: 'error',
  code,
  params: {},
  count: 0,
  examples: [],
  ...more,
});
const codes = [
  'audience_empty',
  'template_invalid',
  'unknown_field',
  'missing_field',
  'account_held',
  'password_missing',
  'secrets_locked',
  'plain_text_connection',
  'dkim_not_aligned',
  'mail_too_large',
  'not_buildable',
];

describe('findings', () => {
  it('all have a sentence of their own in both languages', async () => {
    for (const locale of ['en', 'zh-CN'] as const) {
      await showLocale(locale);
      const texts = codes.map((code) => findingText(finding(code, { count: 5 }), 100));
      expect(new Set(texts).size).toBe(codes.length);
      for (const [at, text] of texts.entries()) expect(text).not.toContain(codes[at]);
    }
  });

  it('say whom a missing value hits: one, some, or everybody', () => {
    const missing = (count: number) => findingText(finding('missing_field', { count, params: { field: 'city' } }), 40);
    expect(missing(1)).toContain('One person');
    expect(missing(31)).toContain('31 people');
    expect(missing(40)).toContain('Nobody');
  });

  it('that only say what is not chosen yet are no faults', () => {
    const check = {
      findings: [finding('no_list'), finding('no_template'), finding('no_account'), finding('password_missing')],
    };
    expect(faultsOf(check as unknown as CheckView).map((one) => one.code)).toEqual(['password_missing']);
  });

  it('about the template say where the mistake stands', () => {
    const text = mistakeText(finding('template_invalid', { params: { part: 'body', line: '4', kind: 'syntax' } }));
    expect(text).toContain('4');
    expect(text).not.toContain('undefined');
  });
});

it('what is missing in a plan is named in the order of the page', () => {
  const plan = { name: 'x', listIds: [], templateId: null, accounts: [], retryHours: 72 };
  expect(gapsOf(plan)).toEqual(['who', 'what', 'from']);
  expect(gapsOf({ ...plan, listIds: [1], accounts: [{ accountId: 2, weight: 1 }] })).toEqual(['what']);
});

it('an error marks the section where it is put right, a warning none', () => {
  const found = [finding('unknown_field'), finding('account_held', { severity: 'warning' })];
  expect([...faultyOf(found)]).toEqual(['what']);
  expect([...faultyOf([finding('audience_empty'), finding('secrets_locked')])]).toEqual(['who', 'from']);
});
