import type { FileHandle, Host, PickedFile } from './host';
import { readJsonLines } from './lines';
import { takeToken } from './token';

const RETRY_MS = 2000;
const UNAUTHORISED = 401;
const token = takeToken(location, history, sessionStorage) ?? '';

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(path, { ...init, headers, credentials: 'omit', cache: 'no-store' });
}

/** The answer's JSON; a refusal is thrown as the error object it carries. */
async function read(response: Response): Promise<unknown> {
  if (response.status === UNAUTHORISED) throw { code: 'no_token', params: {} };
  const body: unknown = await response.json();
  if (!response.ok) throw body;
  return body;
}

async function askJson(path: string, value: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return read(await ask(path, { method: 'POST', headers, body: JSON.stringify(value) }));
}

async function upload(file: File): Promise<PickedFile> {
  const response = await ask('/files', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(file.name) },
    body: file,
  });
  return (await read(response)) as PickedFile;
}

function pick(accept: string): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.hidden = true;
    // It must stand in the page, or test drivers cannot fill it.
    document.body.append(input);
    const end = (file: File | null) => {
      input.remove();
      resolve(file);
    };
    input.addEventListener('change', () => end(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => end(null));
    input.click();
  });
}

async function follow(
  signal: AbortSignal,
  handler: (event: unknown) => void,
  changed: (line: 'lost' | 'back') => void,
): Promise<void> {
  for (let lost = false; !signal.aborted; lost = true) {
    try {
      const response = await ask('/events', { signal });
      if (lost) changed('back');
      // Another server listens here now, and it never takes this token.
      if (response.status === UNAUTHORISED) return;
      if (response.ok && response.body) await readJsonLines(response.body, handler);
    } catch {
      // The server is gone or restarts; the next round tries again.
    }
    if (signal.aborted) return;
    changed('lost');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** The browser on a loopback port: the same commands over HTTP, files by upload and download. */
export const webHost: Host = {
  name: 'web',
  rpc: (command, request) => askJson(`/rpc/${command}`, request),
  onEvent: (handler, changed) => {
    const abort = new AbortController();
    void follow(abort.signal, handler, changed);
    return () => abort.abort();
  },
  chooseOpen: async (kind) => {
    const file = await pick(kind === 'contacts' ? '.csv,.tsv,.txt,text/csv,text/plain' : '.md,.html,.htm,.txt');
    return file ? upload(file) : null;
  },
  chooseSave: async (name) => (await askJson('/files/new', { name })) as { handle: FileHandle },
  deliver: async (handle, name) => {
    const response = await ask(`/files/${encodeURIComponent(handle)}`);
    if (!response.ok) await read(response);
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  },
  onFileDrop: (handler) => {
    const abort = new AbortController();
    const on = (name: 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void) =>
      window.addEventListener(name, act, { signal: abort.signal });
    on('dragover', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      handler({ kind: 'hover' });
    });
    on('dragleave', (event) => {
      if (event.relatedTarget === null) handler({ kind: 'leave' });
    });
    on('drop', (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      handler({ kind: 'leave' });
      void upload(file).then(
        (picked) => handler({ kind: 'drop', file: picked }),
        (error: unknown) => handler({ kind: 'failed', error }),
      );
    });
    return () => abort.abort();
  },
  notify: async () => {},
};
