import type { Host } from './host';
import { tauriHost } from './tauri';
import { webHost } from './web';

export type { FileDrop, FileHandle, Host, OpenKind, PickedFile, Unlisten } from './host';

/**
 * The program around this page.
 *
 * Both are loaded, since waiting here for one of them (`await` outside of functions) makes WebKit run screens before
 * what they import.
 */
export const host: Host = '__TAURI_INTERNALS__' in globalThis ? tauriHost : webHost;
