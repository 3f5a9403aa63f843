import { afterEach, describe, expect, it, vi } from 'vitest';
import { showLocale } from '$lib/app/locale.svelte';
import type { AccountView } from '$lib/rpc/schema';
import { freeName, obviousAccount } from './create';
import { comingText, people } from './words';

vi.mock('$lib/host', () => import('../../test/fake-host'));

afterEach(() => showLocale('en'));

const at = (text: string) => new Date(text).getTime();
const now = at('2026-11-23T14:05:00');

describe('a moment to come', () => {
  it('stands within a sentence', () => {
    expect(comingText(at('2026-11-23T18:00:00'), now)).toBe('today 18:00');
    expect(comingText(at('2026-11-24T09:00:00'), now)).toBe('tomorrow 09:00');
    expect(comingText(at('2026-11-27T09:00:00'), now)).toBe('Friday 09:00');
    expect(comingText(at('2026-11-30T09:00:00'), now)).toBe('30 Nov 09:00');
  });

  it('is said in Chinese as Chinese people say it', async () => {
    await showLocale('zh-CN');
    expect(comingText(at('2026-11-24T09:00:00'), now)).toBe('明天 09:00');
    expect(comingText(at('2026-11-27T09:00:00'), now)).toBe('星期五 09:00');
    expect(people(1204)).toBe('1,204 人');
  });
});

it('people are counted as English does', () => {
  expect([people(0), people(1), people(1204)]).toEqual(['0 people', '1 person', '1,204 people']);
});

it('a new campaign gets the first name that is free', () => {
  expect(freeName('Campaign', [])).toBe('Campaign');
  expect(freeName('Campaign', ['campaign ', 'Campaign 2', 'Campaign 4'])).toBe('Campaign 3');
});

describe('the account that goes without saying', () => {
  const account = (id: number, kind: string) => ({ id, kind }) as AccountView;
  it('is the only real one, or the sandbox where there is no other', () => {
    const ids = (accounts: AccountView[]) => obviousAccount(accounts).map((share) => share.accountId);
    expect(ids([account(1, 'sandbox')])).toEqual([1]);
    expect(ids([account(2, 'smtp'), account(1, 'sandbox')])).toEqual([2]);
    expect(ids([account(2, 'smtp'), account(3, 'smtp'), account(1, 'sandbox')])).toEqual([]);
    expect(ids([])).toEqual([]);
  });
});
