import { FormErrors } from '$lib/app/form.svelte';
import { call } from '$lib/rpc/call';
import type { TestSent } from '$lib/rpc/schema';

const KEY = 'hongyan.test-address';

/** A test mail of the campaign to any address. The address is remembered for the next time on this computer. */
export class TestMail {
  to = $state('');
  readonly errors = new FormErrors(['to']);
  #answer = $state.raw<{ to: string; sent: TestSent }>();

  /** `own` is the address to begin with when none was used before. */
  begin(own: string | undefined): void {
    if (!this.to) this.to = localStorage.getItem(KEY) ?? own ?? '';
  }

  /** How the last one went, as long as it is about the address in the field. */
  get answer(): TestSent | undefined {
    return this.#answer?.to === this.to.trim() ? this.#answer.sent : undefined;
  }

  /** Goes through `accountId`, or through the campaign's first account. */
  async send(id: number, position: number, accountId: number | null): Promise<void> {
    const to = this.to.trim();
    this.#answer = undefined;
    const sent = await this.errors.run(() => call('campaign.test', { id, to, position, accountId }));
    if (!sent) return;
    this.#answer = { to, sent };
    localStorage.setItem(KEY, to);
  }
}
