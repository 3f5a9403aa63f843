/** A file the user chose, by the handle its host gave out. The page never sees a path. */
export type FileHandle = string;

export interface PickedFile {
  handle: FileHandle;
  name: string;
  size: number;
}

export type OpenKind = 'contacts' | 'template';

/** `failed` follows a `leave`: the file could not be handed over, with the wire's error object or anything else. */
export type FileDrop =
  { kind: 'hover' } | { kind: 'leave' } | { kind: 'drop'; file: PickedFile } | { kind: 'failed'; error: unknown };

export type Unlisten = () => void;

/**
 * What the page asks of the program around it.
 *
 * Two exist: the desktop window (`tauri.ts`) and the browser on a loopback port (`web.ts`). Everything else in the
 * page is the same in both.
 */
export interface Host {
  readonly name: 'desktop' | 'web';
  /** Runs a command. Rejects with the wire's error object, or with anything else when the host itself failed. */
  rpc(command: string, request: unknown): Promise<unknown>;
  /** Events are hints; `changed` is called when the line broke and when it is back, as some may have been missed. */
  onEvent(handler: (event: unknown) => void, changed: (line: 'lost' | 'back') => void): Unlisten;
  chooseOpen(kind: OpenKind): Promise<PickedFile | null>;
  chooseSave(suggestedName: string): Promise<{ handle: FileHandle } | null>;
  /** Brings a file written to `handle` to the user; nothing to do where it was written to its place already. */
  deliver(handle: FileHandle, name: string): Promise<void>;
  onFileDrop(handler: (drop: FileDrop) => void): Unlisten;
  notify(title: string, body: string): Promise<void>;
}
