import { m } from '$lib/paraglide/messages';
import type { RpcError } from './error';

type Sentence = (params: Record<string, string>) => string;

/** The sentence of an error in the user's language: `error_<code>`, or the one of its reason where it names one. */
export function sentenceOf(error: RpcError): string {
  const sentences = m as unknown as Record<string, Sentence | undefined>;
  const { code, params } = error;
  const special = code === 'address_invalid' ? sentences[`error_address_${params['reason']}`] : undefined;
  const sentence = special ?? sentences[`error_${code}`] ?? sentences['error_internal'];
  return sentence ? sentence({ limit: '', name: '', what: '', ...params }) : code;
}
