import { m } from '$lib/paraglide/messages';
import type { RpcError } from './error';

type Sentence = (params: Record<string, string>) => string;

/** Errors whose reasons have sentences of their own. */
const families: Record<string, string> = { address_invalid: 'error_address', dkim_key_invalid: 'error_dkim_key' };

/** The sentence of an error in the user's language: `error_<code>`, or the one of its reason where it names one. */
export function sentenceOf(error: RpcError): string {
  const sentences = m as unknown as Record<string, Sentence | undefined>;
  const { code, params } = error;
  const family = families[code];
  const special = family ? sentences[`${family}_${params['reason']}`] : undefined;
  const sentence = special ?? sentences[`error_${code}`] ?? sentences['error_internal'];
  return sentence ? sentence({ limit: '', name: '', what: '', ...params }) : code;
}
