import { type RpcError, toRpcError } from '$lib/rpc/error';
import { sentenceOf } from '$lib/rpc/sentence';

/**
 * The errors of a form that the engine checks: one beside the field it names, the rest above the buttons.
 *
 * The engine names fields as the request does, for example `address` or `from.address`.
 */
export class FormErrors {
  #error = $state.raw<RpcError>();
  readonly #fields: readonly string[];

  /** `fields` are those that the form shows an error beside. */
  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  /** The sentence for a field, or undefined. */
  at(field: string): string | undefined {
    return this.#error?.field === field ? sentenceOf(this.#error) : undefined;
  }

  /** The error that belongs to no field of the form. */
  get rest(): RpcError | undefined {
    const error = this.#error;
    return error && !(error.field && this.#fields.includes(error.field)) ? error : undefined;
  }

  clear(): void {
    this.#error = undefined;
  }

  /** Runs `act`; answers its value, or undefined when the engine refused. */
  async run<T>(act: () => Promise<T>): Promise<T | undefined> {
    this.clear();
    try {
      return await act();
    } catch (thrown) {
      this.#error = toRpcError(thrown);
      return undefined;
    }
  }
}
