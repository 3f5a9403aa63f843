import { show } from '$lib/app/format.svelte';
import { onBack, onEngineEvent } from '$lib/app/events';
import { tellElsewhere } from '$lib/app/notice';
import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import type { ImportView } from '$lib/rpc/schema';
import { toast } from '$lib/ui';

let running = $state.raw<ImportView>();
let watchedId: number | undefined;

/** The import that is going on, wherever it was started. */
export const currentImport = {
  get running() {
    return running;
  },
  /** The screen of this import is in view, so that its end needs no other word. */
  watch(id: number): () => void {
    watchedId = id;
    return () => {
      if (watchedId === id) watchedId = undefined;
    };
  },
};

/** What came of an import, in one sentence. */
export function outcomeOf(view: ImportView): string {
  const taken = view.new + view.updated;
  switch (view.state) {
    case 'finished':
      return m.import_done_text({
        new: show.number(view.new),
        updated: show.number(view.updated),
        file: view.fileName,
      });
    case 'cancelled':
      return m.import_cancelled_text({ shown: show.number(taken), file: view.fileName });
    default:
      return m.import_failed_text({ file: view.fileName });
  }
}

function take(view: ImportView): void {
  if (view.state === 'running') {
    running = view;
    return;
  }
  running = undefined;
  if (watchedId !== view.id) toast({ text: outcomeOf(view), tone: view.state === 'failed' ? 'problem' : 'done' });
  tellElsewhere(m.import_title(), outcomeOf(view));
}

/** Its end may have come while nothing was heard, or with the end of who imported: of that no event tells. */
async function lookAgain(): Promise<void> {
  if (!running) return;
  const { id } = running;
  try {
    const view = await call('import.get', { id });
    if (running?.id === id) take(view);
  } catch {
    // Whoever looks at it is told; here it goes on until something is heard.
  }
}

// An import goes on when its screen is left; this listens as long as the page lives.
onEngineEvent((event) => {
  if (event.kind === 'importProgress') take(event.import);
});
onBack(() => void lookAgain());
