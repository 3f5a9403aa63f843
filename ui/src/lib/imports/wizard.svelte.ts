import { toRpcError, type RpcError } from '$lib/rpc/error';
import { host, type PickedFile } from '$lib/host';
import { call } from '$lib/rpc/call';
import type { ColumnTarget, ImportOptions, ImportPreview, ImportView, ListView } from '$lib/rpc/schema';
import { repeatedColumns } from './targets';

export const steps = ['file', 'reading', 'columns', 'list'] as const;
export type Step = (typeof steps)[number];

/** Where the contacts go: a new list, one that is there, or none. */
export type ListChoice = 'new' | 'existing' | 'none';

const asFound: ImportOptions = { encoding: null, delimiter: null, hasHeader: null };

/** The file that is about to be imported and what was said about it. It stays while other screens are shown. */
class ImportWizard {
  file = $state.raw<PickedFile>();
  preview = $state.raw<ImportPreview>();
  options = $state.raw<ImportOptions>(asFound);
  targets = $state.raw<readonly ColumnTarget[]>([]);
  listChoice = $state<ListChoice>('new');
  newListName = $state('');
  existingListName = $state('');
  isReading = $state(false);
  error = $state.raw<RpcError>();
  #round = 0;

  /** Looks into a file; answers whether it can be read. */
  async take(file: PickedFile): Promise<boolean> {
    this.reset();
    this.file = file;
    this.newListName = nameOf(file.name);
    return this.read(asFound);
  }

  /** Lets the user choose a file; answers whether one was taken. */
  async choose(): Promise<boolean> {
    try {
      const file = await host.chooseOpen('contacts');
      return file ? await this.take(file) : false;
    } catch (thrown) {
      this.error = toRpcError(thrown);
      return false;
    }
  }

  /** Reads the beginning of the file another way. What was said about its columns stays where they are the same. */
  async read(options: ImportOptions): Promise<boolean> {
    const { file } = this;
    if (!file) return false;
    const mine = ++this.#round;
    this.isReading = true;
    this.options = options;
    try {
      const preview = await call('import.preview', { file: file.handle, options });
      if (mine !== this.#round) return false;
      if (!sameColumns(this.preview, preview)) this.targets = preview.columns.map((column) => column.suggestion);
      this.preview = preview;
      this.error = undefined;
      return true;
    } catch (thrown) {
      if (mine === this.#round) this.error = toRpcError(thrown);
      return false;
    } finally {
      if (mine === this.#round) this.isReading = false;
    }
  }

  setTarget(column: number, target: ColumnTarget): void {
    this.targets = this.targets.map((one, at) => (at === column ? target : one));
  }

  get hasEmail(): boolean {
    return this.targets.some((target) => target.kind === 'email');
  }

  get columnsAreReady(): boolean {
    return this.hasEmail && repeatedColumns(this.targets).size === 0;
  }

  /** The name of the list, null for none, undefined while one is to be named yet. */
  get listName(): string | null | undefined {
    if (this.listChoice === 'none') return null;
    const name = this.listChoice === 'new' ? this.newListName : this.existingListName;
    return name.trim() || undefined;
  }

  /** The furthest step that can be shown. */
  get reachable(): Step {
    if (!this.preview) return 'file';
    if (this.error) return 'reading';
    return this.columnsAreReady ? 'list' : 'columns';
  }

  /** A list of that name is there already, so the contacts join it. */
  joins(lists: readonly ListView[]): ListView | undefined {
    // The engine takes "Friends" and "friends" for one name.
    const wanted = this.listName?.toLowerCase();
    return lists.find((list) => list.name.toLowerCase() === wanted);
  }

  /** Starts the import, read exactly as the preview was. Throws when the engine refuses. */
  async start(): Promise<ImportView> {
    const { file, preview, listName } = this;
    if (!file || !preview || listName === undefined) throw new Error('the import is not complete');
    const { encoding, delimiter, hasHeader } = preview;
    const options = { encoding, delimiter, hasHeader };
    return call('import.start', { file: file.handle, options, columns: [...this.targets], listName });
  }

  reset(): void {
    this.#round += 1;
    this.file = undefined;
    this.preview = undefined;
    this.options = asFound;
    this.targets = [];
    this.listChoice = 'new';
    this.newListName = '';
    this.existingListName = '';
    this.isReading = false;
    this.error = undefined;
  }
}

function nameOf(fileName: string): string {
  return fileName.replace(/\.[^.]{1,5}$/, '').trim();
}

function sameColumns(before: ImportPreview | undefined, now: ImportPreview): boolean {
  if (!before || before.columns.length !== now.columns.length) return false;
  return before.columns.every((column, at) => column.head === now.columns[at]?.head);
}

export const wizard = new ImportWizard();
export type { ImportWizard };
