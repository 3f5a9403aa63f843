import { attempt } from '$lib/app/attempt';
import { onEngineEvent } from '$lib/app/events';
import { type Resource, resource } from '$lib/app/resource.svelte';
import { app } from '$lib/app/status.svelte';
import { call } from '$lib/rpc/call';
import type { AccountShare, AccountView, CampaignAccount, CampaignProgress, CampaignView } from '$lib/rpc/schema';
import { openOf } from '../counts';
import { standstillOf } from './standstill';

/** Whom a campaign can be sent to again. */
export type AgainGroup = 'failed' | 'in_doubt' | 'added';

/** A campaign that was started: how it goes, and its steps. Make it while a component is being made. */
export class Run {
  readonly #view: Resource<CampaignView>;
  readonly #first: CampaignView;
  readonly #live: Resource<CampaignProgress>;
  readonly #known = resource(() => call('account.list', {}), ['accounts']);

  readonly #refused = $derived.by(() => {
    const account = this.account;
    return account?.held?.verdict === 'account_login' ? account : undefined;
  });
  /** What the provider wants as password; asked only when the login is refused, and only about this very server. */
  readonly #hint = resource(async () => {
    const account = this.#refused;
    if (!account) return null;
    const known = await call('account.suggest', { address: account.from.address });
    return known.host === account.host ? known.hint : null;
  });
  /** Who came into its lists since; asked when it is over, as only then it can be sent to them. */
  readonly #added = resource(async () => {
    if (this.progress.state !== 'finished') return 0;
    return (await call('campaign.added_since', { id: this.#first.campaign.id })).count;
  }, ['contacts', 'lists', 'campaigns']);
  readonly #sample = resource(() => call('campaign.preview', { id: this.#first.campaign.id, position: 0 }));

  constructor(view: Resource<CampaignView>, first: CampaignView) {
    this.#view = view;
    this.#first = first;
    const { id } = first.campaign;
    this.#live = resource(() => call('campaign.progress', { id }), ['campaigns']);
    $effect(() =>
      onEngineEvent((event) => {
        if ('progress' in event && event.progress.id === id) this.#live.set(event.progress);
      }),
    );
  }

  get view(): CampaignView {
    return this.#view.data ?? this.#first;
  }
  /** How it goes; until the engine has answered, what the list knew. */
  get progress(): CampaignProgress {
    const { id, name, state, pauseReason, counts } = this.view.campaign;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return (
      this.#live.data ?? {
        id,
        name,
        state,
        pauseReason,
        counts,
        total,
        perMinute: null,
        secondsLeft: null,
        waitsUntilMs: null,
        preparing: null,
        accounts: this.view.accounts,
      }
    );
  }
  /** The accounts that there are. */
  get known(): readonly AccountView[] {
    return this.#known.data ?? [];
  }
  /** Its first account as it is now: the only one, mostly. */
  get account(): AccountView | undefined {
    const id = this.view.plan.accounts[0]?.accountId;
    return this.known.find((account) => account.id === id);
  }
  /** How each of its accounts is and what it sent. */
  get accounts(): readonly CampaignAccount[] {
    return this.progress.accounts;
  }
  /** The subject as the first person reads it, else with its merge fields. */
  get subject(): string {
    return this.#sample.data?.subject || (this.view.subject ?? '');
  }
  /** To how many it can be sent again, by group. */
  get again(): Record<AgainGroup, number> {
    const { failed, in_doubt } = this.progress.counts;
    const isOpen = this.progress.state !== 'cancelled';
    return isOpen ? { failed, in_doubt, added: this.#added.data ?? 0 } : { failed: 0, in_doubt: 0, added: 0 };
  }
  get isRunning(): boolean {
    return this.progress.state === 'running';
  }
  get isPaused(): boolean {
    return this.progress.state === 'paused';
  }
  get isOver(): boolean {
    return !this.isRunning && !this.isPaused;
  }
  /** Those that may still get it. */
  get open(): number {
    return openOf(this.progress.counts);
  }
  get standstill() {
    return standstillOf(this.progress, {
      account: this.account,
      hint: this.#hint.data ?? null,
      pauseDetail: this.view.pauseDetail,
      locked: app.locked,
      retryHours: this.view.plan.retryHours,
    });
  }

  pause = () => this.#step('campaign.pause');
  resume = () => this.#step('campaign.resume');
  end = () => this.#step('campaign.cancel');

  sendAgain = (group: AgainGroup) => this.#decide(() => this.#sendAgain(group, []));
  sendAgainTo = (recipientId: number) => this.#decide(() => this.#sendAgain('these', [recipientId]));
  settleAsSent = (recipientId: number) =>
    this.#decide(() => call('campaign.settle_as_sent', { id: this.view.campaign.id, recipientIds: [recipientId] }));

  /** Sends the rest through these accounts; answers whether the engine took them. */
  changeAccounts = async (accounts: AccountShare[]): Promise<boolean> => {
    const view = await attempt(() => call('campaign.change_accounts', { id: this.view.campaign.id, accounts }));
    if (view) this.#view.set(view);
    await this.#live.reload();
    return view !== undefined;
  };

  #sendAgain(who: AgainGroup | 'these', recipientIds: number[]): Promise<unknown> {
    return call('campaign.send_again', { id: this.view.campaign.id, who, recipientIds });
  }

  async #decide(decision: () => Promise<unknown>): Promise<void> {
    await attempt(decision);
    await Promise.all([this.#view.reload(), this.#live.reload()]);
  }

  async #step(command: 'campaign.pause' | 'campaign.resume' | 'campaign.cancel'): Promise<void> {
    const view = await attempt(() => call(command, { id: this.view.campaign.id }));
    if (view) this.#view.set(view);
    await this.#live.reload();
  }
}
