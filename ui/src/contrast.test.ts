import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('src/tokens.css', 'utf8');

function tokens(theme: 'light' | 'dark'): Record<string, string> {
  const block = css.split(`[data-theme='${theme}']`)[1]?.split('}')[0] ?? '';
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]));
}

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['canvas', 'rail', 'surface', 'sunken', 'hover'];
const meanings = ['sent', 'waiting', 'deferred', 'failed', 'doubt'];
const pairs = [
  ...['ink', 'ink-muted', 'ink-faint', 'accent'].flatMap((text) => grounds.map((ground) => [text, ground])),
  ...meanings.flatMap((text) => [...grounds, `${text}-soft`].map((ground) => [text, ground])),
  ['accent-soft-ink', 'accent-soft'],
  ['accent-on', 'accent-fill'],
  ['accent-on', 'accent-fill-hover'],
  ['failed-on', 'failed-solid'],
  ['failed-on', 'failed-solid-hover'],
  ['ink', 'accent-soft'],
  ['ink', 'failed-soft'],
  ['ink', 'deferred-soft'],
  ['ink-muted', 'failed-soft'],
] as [string, string][];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const colours = tokens(theme);
  it.each(pairs)('%s on %s can be read', (text, ground) => {
    expect(contrast(colours[text] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(4.5);
  });
});
