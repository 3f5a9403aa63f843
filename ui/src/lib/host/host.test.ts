import { describe, expect, it } from 'vitest';
import { readJsonLines } from './lines';
import { takeToken } from './token';

function fakeWindow(hash: string) {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage;
  const visited: string[] = [];
  const history = { state: null, replaceState: (_: unknown, __: string, url: string) => visited.push(url) };
  const location = { hash, pathname: '/', search: '' } as Location;
  return { location, history: history as unknown as History, storage, visited };
}

describe('the token', () => {
  it('is taken out of the address and kept for the tab', () => {
    const at = fakeWindow('#token=a%2Bb');
    expect(takeToken(at.location, at.history, at.storage)).toBe('a+b');
    expect(at.visited).toEqual(['/#/']);
    expect(takeToken({ ...at.location, hash: '#/contacts' }, at.history, at.storage)).toBe('a+b');
    expect(at.visited).toHaveLength(1);
  });

  it('is not made up where there is none', () => {
    const at = fakeWindow('#/accounts?token=x');
    expect(takeToken(at.location, at.history, at.storage)).toBeNull();
    expect(at.visited).toEqual([]);
  });
});

it('events are read line by line wherever the chunks are cut, inside a character too', async () => {
  const bytes = new TextEncoder().encode('{"a":"鸿雁"}\n\n{"b":1}\n{"cut":');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const seen: unknown[] = [];
  await readJsonLines(body, (value) => seen.push(value));
  expect(seen).toEqual([{ a: '鸿雁' }, { b: 1 }]);
});
