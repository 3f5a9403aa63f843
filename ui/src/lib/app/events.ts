import { host } from '$lib/host';
import type { Changed, EngineEvent } from '$lib/rpc/schema';

type Handler = (event: EngineEvent) => void;

const handlers = new Set<Handler>();
const missed = new Set<() => void>();
const lost = new Set<() => void>();
let listening = false;

function listen() {
  if (listening) return;
  listening = true;
  host.onEvent(
    (event) => handlers.forEach((handle) => handle(event as EngineEvent)),
    (line) => (line === 'back' ? missed : lost).forEach((act) => act()),
  );
}

/** Hears every event of the engine. Events are hints: read the truth again by a command. */
export function onEngineEvent(handler: Handler): () => void {
  listen();
  handlers.add(handler);
  return () => handlers.delete(handler);
}

/** Calls `act` when the line to the engine broke. */
export function onLost(act: () => void): () => void {
  listen();
  lost.add(act);
  return () => lost.delete(act);
}

/** Calls `act` when the line to the engine is back: events may have been missed. */
export function onBack(act: () => void): () => void {
  listen();
  missed.add(act);
  return () => missed.delete(act);
}

/** Calls `act` some time after it was asked to, however often that was meanwhile. */
function atMostEvery(pauseMs: number, act: () => void): { soon: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, pauseMs);
  };
  return { soon, stop: () => clearTimeout(timer) };
}

/**
 * Calls `reload` when one of these things changed, at most every 300 ms, and when events may have been missed.
 *
 * An import changes contacts thousands of times; a screen needs to look again only now and then.
 */
export function onChanged(things: readonly Changed[], reload: () => void): () => void {
  const { soon, stop } = atMostEvery(300, reload);
  const unhear = onEngineEvent((event) => {
    if (event.kind === 'changed' && things.includes(event.what)) soon();
  });
  missed.add(soon);
  return () => {
    unhear();
    missed.delete(soon);
    stop();
  };
}

/** Calls `act` while mails go out, at most every two seconds. */
export function onSending(act: () => void): () => void {
  const { soon, stop } = atMostEvery(2000, act);
  const unhear = onEngineEvent((event) => {
    if (event.kind === 'campaignProgress' || event.kind === 'campaignFinished') soon();
  });
  return () => {
    unhear();
    stop();
  };
}
