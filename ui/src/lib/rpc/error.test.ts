import { afterEach, expect, it } from 'vitest';
import { showLocale } from '$lib/app/locale.svelte';
import { type Code, errorManners, RpcError, toRpcError } from './error';
import { sentenceOf } from './sentence';

afterEach(() => showLocale('en'));

it.each(['en', 'zh-CN'] as const)('every error code has a sentence of its own in %s', async (locale) => {
  await showLocale(locale);
  const codes = [...Object.keys(errorManners), 'disconnected', 'no_token'] as Code[];
  const internal = sentenceOf(new RpcError('internal'));
  for (const code of codes) {
    const sentence = sentenceOf(new RpcError(code, { name: 'N', limit: '9', minimum: '8', field: 'f' }));
    expect(sentence, code).not.toContain('{');
    expect(sentence, code).not.toBe(code);
    if (code !== 'internal') expect(sentence, code).not.toBe(internal);
  }
});

it('the reason of a wrong address chooses the sentence', () => {
  expect(sentenceOf(new RpcError('address_invalid', { reason: 'no_at' }))).toContain('no @');
  expect(sentenceOf(new RpcError('address_invalid', { reason: 'of a newer engine' }))).toContain('complete');
});

it('what a host threw becomes an error that can be shown', () => {
  const refused = toRpcError({ code: 'name_taken', params: { name: 'A' }, field: 'name' });
  expect([refused.code, refused.field, refused.severity]).toEqual(['name_taken', 'name', 'field']);
  const gone = toRpcError(new TypeError('Failed to fetch'));
  expect([gone.code, gone.detail]).toEqual(['disconnected', 'Failed to fetch']);
  expect(toRpcError({ code: 'of a newer engine', params: {} }).code).toBe('disconnected');
});
