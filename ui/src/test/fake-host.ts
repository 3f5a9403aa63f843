import type { Commands } from '$lib/rpc/schema';
import type { Host } from '$lib/host';

type Answers = { [C in keyof Commands]?: (request: Commands[C][0]) => Commands[C][1] };

/** Every call that was made, in order. */
export const calls: { command: string; request: unknown }[] = [];

let answers: Answers = {};
let eventHandlers: ((event: unknown) => void)[] = [];

/** What the engine answers from now on. A thrown `{ code, params }` is a refusal. */
export function answerWith(next: Answers): void {
  answers = next;
  calls.length = 0;
  eventHandlers = [];
}

/** Lets the engine say something. */
export function emit(event: unknown): void {
  eventHandlers.forEach((handle) => handle(event));
}

/** Stands in for `$lib/host`: `vi.mock('$lib/host', () => import('../../test/fake-host'))`. */
export const host: Host = {
  name: 'web',
  rpc: async (command, request) => {
    calls.push({ command, request });
    const answer = answers[command as keyof Commands] as ((request: unknown) => unknown) | undefined;
    if (!answer) throw { code: 'unknown_command', params: {} };
    return answer(request);
  },
  onEvent: (handler) => {
    eventHandlers.push(handler);
    return () => {
      eventHandlers = eventHandlers.filter((one) => one !== handler);
    };
  },
  chooseOpen: async () => null,
  chooseSave: async () => null,
  deliver: async () => {},
  onFileDrop: () => () => {},
  notify: async () => {},
};
