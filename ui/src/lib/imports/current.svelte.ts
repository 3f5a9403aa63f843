import { show } from '$lib/app/format.svelte';
import { onEngineEvent } from '$lib/app/events';
import { tellElsewhere } from '$lib/app/notice';
import { m } from '$lib/paraglide/messages';
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

// An import goes on when its screen is left; this listens as long as the page lives.
onEngineEvent((event) => {
  if (event.kind !== 'importProgress') return;
  const view = event.import;
  if (view.state === 'running') {
    running = view;
    return;
  }
  running = undefined;
  if (watchedId !== view.id) toast({ text: outcomeOf(view), tone: view.state === 'failed' ? 'problem' : 'done' });
  tellElsewhere(m.import_title(), outcomeOf(view));
});
