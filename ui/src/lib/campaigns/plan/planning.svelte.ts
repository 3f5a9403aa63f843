import { untrack } from 'svelte';
import { type Resource, resource } from '$lib/app/resource.svelte';
import { call } from '$lib/rpc/call';
import type { AccountShare, AccountView, CampaignView } from '$lib/rpc/schema';
import { DepartureChoice } from './departure-choice.svelte';
import { PlanEditor } from './editor.svelte';
import { faultsOf, faultyOf, gapsOf } from './finding';

export type SectionName = 'who' | 'what' | 'from' | 'when';

const order: readonly SectionName[] = ['who', 'what', 'from', 'when'];

/** Everything the page of a campaign knows while it is being planned. Make it while a component is being made. */
export class Planning {
  readonly #view: Resource<CampaignView>;
  readonly #first: CampaignView;
  readonly editor: PlanEditor;
  readonly departure = new DepartureChoice();
  /** Which section is unfolded; one at a time. */
  open = $state<SectionName | null>(null);

  readonly lists = resource(() => call('list.list', {}), ['lists', 'contacts']);
  readonly templates = resource(() => call('template.list', {}), ['templates']);
  readonly accounts = resource(() => call('account.list', {}), ['accounts']);
  readonly audience = resource(
    () => call('campaign.audience', { listIds: this.editor.plan.listIds }),
    ['contacts', 'lists', 'suppressions'],
  );
  readonly check = resource(() => {
    void this.editor.round;
    return call('campaign.check', { id: this.editor.id });
  }, ['contacts', 'lists', 'suppressions', 'templates', 'accounts', 'app']);

  constructor(view: Resource<CampaignView>, first: CampaignView) {
    this.#view = view;
    this.#first = first;
    this.editor = new PlanEditor(first, (saved) => view.set(saved));
    this.open = this.#nextOpen();
    $effect(() => {
      const now = this.view;
      untrack(() => {
        this.editor.take(now);
        this.departure.take(now.campaign.state === 'scheduled' ? now.campaign.atMs : null);
      });
    });
    $effect(() => {
      const clock = setInterval(() => this.departure.tick(), 10_000);
      return () => clearInterval(clock);
    });
  }

  get view(): CampaignView {
    return this.#view.data ?? this.#first;
  }
  /** Shows what a step in the campaign's life answered. */
  show(view: CampaignView): void {
    this.#view.set(view);
  }

  get plan() {
    return this.editor.plan;
  }
  get isScheduled(): boolean {
    return this.view.campaign.state === 'scheduled';
  }
  /** The chosen accounts in the user's order. */
  get chosen(): AccountView[] {
    const known = this.accounts.data ?? [];
    const of = (share: AccountShare) => known.find((account) => account.id === share.accountId);
    return this.plan.accounts.map(of).filter((account) => account !== undefined);
  }
  /** The first of them: the only one, mostly. */
  get account(): AccountView | undefined {
    return this.chosen[0];
  }
  get template() {
    return this.templates.data?.find((template) => template.id === this.plan.templateId);
  }
  get sendable(): number {
    return this.audience.data?.sendable ?? 0;
  }
  get gaps() {
    return gapsOf(this.plan);
  }
  get faults() {
    return faultsOf(this.check.data);
  }
  readonly #faulty = $derived(faultyOf(this.faults));
  /** What was chosen there must be put right first. */
  isFaulty(section: SectionName): boolean {
    return this.isDone(section) && this.#faulty.has(section);
  }
  /** Nothing stands in the way of sending. The engine looks again when it starts. */
  get isReady(): boolean {
    const clean = this.check.data !== undefined && !this.faults.some((finding) => finding.severity === 'error');
    return this.gaps.length === 0 && this.sendable > 0 && clean;
  }

  isDone(section: SectionName): boolean {
    if (section !== 'when') return !this.gaps.includes(section);
    const { kind } = this.departure.value;
    return kind !== 'past' && kind !== 'open';
  }

  toggle(section: SectionName): void {
    this.open = this.open === section ? null : section;
  }

  /** Folds the open section and unfolds the next one that is not done. */
  goOn(): void {
    this.open = this.#nextOpen();
  }

  #nextOpen(): SectionName | null {
    return order.find((section) => !this.isDone(section)) ?? null;
  }
}
