import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { webHost } from './web';

const HOUR_MS = 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Listens to events of a server that answers so, one after the other. */
async function listen(answers: (() => Promise<Response>)[]) {
  const ask = vi.fn(async () => (await answers.shift()?.()) ?? new Response(null, { status: 503 }));
  vi.stubGlobal('fetch', ask);
  const heard: string[] = [];
  const stop = webHost.onEvent(
    () => {},
    (line) => heard.push(line),
  );
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  stop();
  return { asked: ask.mock.calls.length, heard };
}

it('a server that is gone is asked again until it is back', async () => {
  const gone = () => Promise.reject(new TypeError('refused'));
  const { asked, heard } = await listen([gone, gone]);
  expect(heard.slice(0, 3)).toEqual(['lost', 'lost', 'back']);
  expect(asked).toBeGreaterThan(3);
});

it('a server that does not know the token is not asked again, and the page learns that somebody answers', async () => {
  const gone = () => Promise.reject(new TypeError('refused'));
  const stranger = () => Promise.resolve(new Response(null, { status: 401 }));
  const { asked, heard } = await listen([gone, stranger]);
  expect({ asked, heard }).toEqual({ asked: 2, heard: ['lost', 'back'] });
});

it('a dropped file that cannot be handed over is told of', async () => {
  const refusal = { code: 'disk_full', params: {} };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(refusal), { status: 400 }));
  const heard: unknown[] = [];
  const stop = webHost.onFileDrop((drop) => heard.push(drop));
  const drop = new Event('drop');
  window.dispatchEvent(Object.assign(drop, { dataTransfer: { files: [new File(['a@x.example'], 'people.csv')] } }));
  await vi.advanceTimersByTimeAsync(0);
  stop();
  expect(heard).toEqual([{ kind: 'leave' }, { kind: 'failed', error: refusal }]);
});
