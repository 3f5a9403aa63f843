import { call } from '$lib/rpc/call';
import { type RpcError, toRpcError } from '$lib/rpc/error';
import type { CampaignPlan, CampaignView } from '$lib/rpc/schema';
import { sentenceOf } from '$lib/rpc/sentence';

export type Saving = 'still' | 'saving' | 'saved' | 'failed';

const NAME_CODES = ['name_taken', 'name_empty', 'too_long'];

/**
 * What the user chose for a campaign, kept by itself.
 *
 * One save runs at a time and what changes meanwhile goes with the next, so an old choice never comes out on top. A
 * name that the engine refuses keeps nothing else from being saved.
 */
export class PlanEditor {
  readonly id: number;
  #plan = $state.raw() as CampaignPlan;
  #saving = $state<Saving>('still');
  #error = $state.raw<RpcError>();
  #nameError = $state<string>();
  #round = $state(0);
  #dirty = false;
  #wantedName: string | undefined;
  #running: Promise<void> | undefined;
  readonly #onsaved: (view: CampaignView) => void;

  constructor(view: CampaignView, onsaved: (view: CampaignView) => void) {
    this.id = view.campaign.id;
    this.#plan = view.plan;
    this.#onsaved = onsaved;
  }

  get plan(): CampaignPlan {
    return this.#plan;
  }
  get saving(): Saving {
    return this.#saving;
  }
  get error(): RpcError | undefined {
    return this.#error;
  }
  /** Why the name that was typed last is not taken. */
  get nameError(): string | undefined {
    return this.#nameError;
  }
  /** Goes up with every save: what the engine says about the kept plan is to be asked again. */
  get round(): number {
    return this.#round;
  }

  /** Takes what the engine has, unless something here is not saved yet. */
  take(view: CampaignView): void {
    if (!this.#dirty && !this.#running) this.#plan = view.plan;
  }

  change(patch: Partial<Omit<CampaignPlan, 'name'>>): void {
    this.#plan = { ...this.#plan, ...patch };
    this.#dirty = true;
    void this.#flush();
  }

  /** Gives it another name; answers whether the engine took it. */
  async rename(name: string): Promise<boolean> {
    this.#nameError = undefined;
    if (name.trim() === this.#plan.name && this.#wantedName === undefined) return true;
    this.#wantedName = name.trim();
    this.#dirty = true;
    await this.#flush();
    return this.#nameError === undefined && !this.#dirty;
  }

  retry(): Promise<void> {
    return this.#flush();
  }

  /** Waits until everything is saved; false when something could not be. */
  async settled(): Promise<boolean> {
    await (this.#dirty ? this.#flush() : this.#running);
    return !this.#dirty;
  }

  #flush(): Promise<void> {
    this.#running ??= this.#saveAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #saveAll(): Promise<void> {
    this.#saving = 'saving';
    while (this.#dirty) {
      const wanted = this.#wantedName;
      const plan = { ...this.#plan, name: wanted ?? this.#plan.name };
      this.#dirty = false;
      try {
        this.#saved(await call('campaign.update', { id: this.id, plan }), wanted);
      } catch (thrown) {
        if (this.#refusedName(toRpcError(thrown), wanted)) continue;
        this.#dirty = true;
        this.#error = toRpcError(thrown);
        this.#saving = 'failed';
        return;
      }
    }
    this.#error = undefined;
    this.#saving = 'saved';
  }

  #saved(view: CampaignView, wanted: string | undefined): void {
    this.#plan = { ...this.#plan, name: view.plan.name };
    if (this.#wantedName === wanted) this.#wantedName = undefined;
    this.#round += 1;
    this.#onsaved(view);
  }

  /** A refused name goes back to the field it came from; the rest of the plan is saved without it. */
  #refusedName(error: RpcError, wanted: string | undefined): boolean {
    if (wanted === undefined || !NAME_CODES.includes(error.code)) return false;
    this.#nameError = sentenceOf(error);
    if (this.#wantedName === wanted) this.#wantedName = undefined;
    this.#dirty = true;
    return true;
  }
}
