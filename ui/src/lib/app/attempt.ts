import { toRpcError } from '$lib/rpc/error';
import { toast } from '$lib/ui/toasts.svelte';

/** Tells the user why something did not work, at the foot of the window. */
export async function tell(thrown: unknown): Promise<void> {
  const error = toRpcError(thrown);
  // The sentences stand behind the first screen, as the toasts do.
  const { sentenceOf } = await import('$lib/rpc/sentence');
  toast({ text: sentenceOf(error), tone: 'problem', detail: error.detail });
}

/** Does something and tells when it fails; answers `undefined` then. */
export async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (thrown) {
    await tell(thrown);
    return undefined;
  }
}
