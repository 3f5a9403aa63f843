import { host } from '$lib/host';
import { toRpcError } from './error';
import type { Commands } from './schema';

/** Asks the engine. Request and answer are checked against the schema that Rust wrote; rejects with an `RpcError`. */
export async function call<C extends keyof Commands>(command: C, request: Commands[C][0]): Promise<Commands[C][1]> {
  try {
    return (await host.rpc(command, request)) as Commands[C][1];
  } catch (thrown) {
    throw toRpcError(thrown);
  }
}
