// Both languages must have the same messages with the same values to fill in, and Chinese its own punctuation.
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../messages/', import.meta.url);
const [base, ...others] = ['en', 'zh-CN'];
const settings = JSON.parse(readFileSync(new URL('../project.inlang/settings.json', import.meta.url), 'utf8'));
const listed = settings['plugin.inlang.messageFormat'].pathPattern.map((path) => path.split('/').pop());
const faults = [];
const owners = new Map();

function texts(message) {
  return typeof message === 'string' ? [message] : message.flatMap((variant) => Object.values(variant.match));
}

function names(message) {
  const inTexts = texts(message).flatMap((text) => [...text.matchAll(/\{\s*([\w]+)\s*\}/g)].map((found) => found[1]));
  return [...new Set(inTexts)].sort().join(', ');
}

function read(locale, file) {
  const parsed = JSON.parse(readFileSync(new URL(`${locale}/${file}`, folder), 'utf8'));
  delete parsed.$schema;
  return parsed;
}

const CJK = '[\\u3400-\\u9fff]';
const HALF_WIDTH = new RegExp(
  `${CJK}\\s*[,;:!?]|[,;!?]\\s*${CJK}|${CJK}\\s*\\.(\\s|$)|${CJK}\\(|\\)${CJK}|${CJK}\\.\\.\\.|${CJK}"|"${CJK}`,
);

for (const file of readdirSync(new URL(base, folder))) {
  if (!listed.includes(file)) faults.push(`${file} is not named in project.inlang/settings.json`);
  const first = read(base, file);
  for (const key of Object.keys(first)) {
    if (owners.has(key)) faults.push(`${key} stands in ${owners.get(key)} and in ${file}`);
    owners.set(key, file);
    if (!/^[a-z][a-z0-9_]*$/.test(key)) faults.push(`${file}: ${key} is no flat snake_case key`);
  }
  for (const locale of others) {
    const second = read(locale, file);
    for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
      if (!(key in first)) faults.push(`${base}/${file} lacks ${key}`);
      else if (!(key in second)) faults.push(`${locale}/${file} lacks ${key}`);
      else if (names(first[key]) !== names(second[key]))
        faults.push(`${file}: ${key} has {${names(first[key])}} in ${base}, {${names(second[key])}} in ${locale}`);
    }
    for (const [key, message] of Object.entries(second)) {
      for (const text of texts(message)) {
        if (HALF_WIDTH.test(text)) faults.push(`${locale}/${file}: ${key} has half-width punctuation: ${text}`);
      }
    }
  }
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
