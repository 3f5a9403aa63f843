import { host } from '$lib/host';
import { call } from '$lib/rpc/call';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import type { AppStatus, CampaignProgress, SecretsStatus, UpdateSettings } from '$lib/rpc/schema';
import type { Locale } from '$lib/format';
import { onChanged, onEngineEvent, onLost } from './events';
import { browserLocale, showLocale } from './locale.svelte';
import { showTheme, type Theme } from './theme.svelte';

let status = $state.raw<AppStatus>();
let error = $state.raw<RpcError>();

/** The user's language where none was chosen: a browser knows it, the window's web view only guesses. */
const usualLanguage = (next: AppStatus) => (host.name === 'web' ? browserLocale : next.systemLanguage);

function take(next: AppStatus) {
  status = next;
  error = undefined;
  showTheme(next.settings.theme as Theme);
  void showLocale((next.settings.language ?? usualLanguage(next)) as Locale);
}

async function load(): Promise<void> {
  try {
    take(await call('app.status', {}));
  } catch (thrown) {
    error = toRpcError(thrown);
  }
}

function takeProgress(progress: CampaignProgress) {
  if (!status) return;
  const others = status.running.filter((one) => one.id !== progress.id);
  const before = status.running.find((one) => one.id === progress.id);
  if (before && before.state !== progress.state) void import('./ended').then(({ tellOfEnd }) => tellOfEnd(progress));
  const goesOn = progress.state === 'running' || progress.state === 'paused';
  status = { ...status, running: goesOn ? [...others, progress].sort((a, b) => a.id - b.id) : others };
}

/** What the frame knows of the whole app. */
export const app = {
  get status() {
    return status;
  },
  get error() {
    return error;
  },
  /** Nothing can be changed here: another copy holds the data folder. */
  get readOnly() {
    return status ? !status.sending.here : false;
  },
  /** The app was never used: the welcome screen comes first. Whoever went a step already knows the way. */
  get isFirstStart() {
    if (!status) return false;
    const { account, contacts, campaign } = status.firstSteps;
    return !status.settings.welcomed && !(account || contacts || campaign);
  },
  get locked() {
    return status?.secrets.state === 'needs_passphrase';
  },
  load,
  /** Loads once, and follows the engine from then on. */
  start(): void {
    void load();
    onChanged(['app', 'accounts', 'contacts', 'campaigns'], () => void load());
    onEngineEvent((event) => {
      if ('progress' in event) takeProgress(event.progress);
    });
    onLost(() => void load());
  },
  async saveSettings(change: Partial<UpdateSettings>): Promise<void> {
    const settings = await call('settings.update', {
      ...{ language: null, theme: null, welcomed: null, pauseAtFailures: null },
      ...change,
    });
    if (status) take({ ...status, settings });
  },
  async saveSecrets(command: 'vault.create' | 'vault.unlock', passphrase: string): Promise<void> {
    const secrets: SecretsStatus = await call(command, { passphrase });
    if (status) status = { ...status, secrets };
  },
};
