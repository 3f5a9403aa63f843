import type { Host } from './host';

export type { FileDrop, FileHandle, Host, OpenKind, PickedFile, Unlisten } from './host';

const inWindow = '__TAURI_INTERNALS__' in globalThis;

/** The program around this page. Only one of the two is loaded. */
export const host: Host = inWindow ? (await import('./tauri')).tauriHost : (await import('./web')).webHost;
