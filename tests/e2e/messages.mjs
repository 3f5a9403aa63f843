// What the interface says, in the words of ui/messages, so that a test need not copy a sentence.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const messages = fileURLToPath(new URL('../../ui/messages', import.meta.url));

/** Gives `say(key, values)` for a language, "en" or "zh-CN". `values.count` chooses between one and many. */
export function sentences(locale) {
  const folder = join(messages, locale);
  const files = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const all = Object.assign({}, ...files);
  const plural = new Intl.PluralRules(locale);
  return (key, values = {}) => {
    const message = all[key];
    if (message === undefined) throw new Error(`no message ${key} in ${locale}`);
    const text = typeof message === 'string' ? message : ofCount(message, plural.select(values.count));
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

function ofCount([{ match }], category) {
  return match[`plural=${category}`] ?? match['plural=other'];
}
