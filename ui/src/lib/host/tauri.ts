import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { m } from '$lib/paraglide/messages';
import type { FileHandle, Host, PickedFile, Unlisten } from './host';

function listening(name: string, handler: (payload: unknown) => void): Unlisten {
  const ready = listen(name, (event) => handler(event.payload));
  return () => void ready.then((stop) => stop());
}

/** The desktop window: commands go through the shell's one door, dialogs and drops come from the system. */
export const tauriHost: Host = {
  name: 'desktop',
  rpc: (command, request) => invoke('rpc', { command, request }),
  onEvent: (handler) => listening('engine', handler),
  chooseOpen: (kind) => invoke<PickedFile | null>('pick_open', { kind, title: m.ui_choose_file() }),
  chooseSave: async (name) => {
    const handle = await invoke<FileHandle | null>('pick_save', { name, title: m.ui_save_file() });
    return handle === null ? null : { handle };
  },
  deliver: async () => {},
  onFileDrop: (handler) => {
    const stops = [
      listening('file-hover', () => handler({ kind: 'hover' })),
      listening('file-leave', () => handler({ kind: 'leave' })),
      listening('file-dropped', (payload) => handler({ kind: 'drop', file: payload as PickedFile })),
    ];
    return () => stops.forEach((stop) => stop());
  },
  notify: (title, body) => invoke('notify', { title, body }),
};
