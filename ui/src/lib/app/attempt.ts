import { toRpcError } from '$lib/rpc/error';
import { sentenceOf } from '$lib/rpc/sentence';
import { toast } from '$lib/ui/toasts.svelte';

/** Tells the user why something did not work, at the foot of the window. */
export function tell(thrown: unknown): void {
  const error = toRpcError(thrown);
  toast({ text: sentenceOf(error), tone: 'problem', detail: error.detail });
}

/** Does something and tells when it fails; answers `undefined` then. */
export async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (thrown) {
    tell(thrown);
    return undefined;
  }
}
