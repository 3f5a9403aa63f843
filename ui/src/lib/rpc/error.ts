import type { ErrorCode, ErrorView } from './schema';

/** How loud an error is: `field` belongs beside a form field, `notice` is a plain answer, `fault` needs an error panel. */
export type Severity = 'field' | 'notice' | 'fault';

/** What the user can do about it besides trying again. */
export type ErrorAction = 'retry' | 'unlock' | 'report';

interface Manner {
  severity: Severity;
  action?: ErrorAction;
}

/** Total on purpose: a new code in Rust does not compile here until somebody decided how it is shown. */
export const errorManners: Record<ErrorCode, Manner> = {
  bad_request: { severity: 'fault', action: 'report' },
  unknown_command: { severity: 'fault', action: 'report' },
  not_found: { severity: 'notice' },
  name_taken: { severity: 'field' },
  name_empty: { severity: 'field' },
  too_large: { severity: 'notice' },
  too_long: { severity: 'field' },
  address_invalid: { severity: 'field' },
  address_taken: { severity: 'field' },
  field_name_invalid: { severity: 'field' },
  value_invalid: { severity: 'field' },
  password_again: { severity: 'field' },
  password_missing: { severity: 'field' },
  file_unreadable: { severity: 'fault', action: 'retry' },
  file_unwritable: { severity: 'fault', action: 'retry' },
  file_empty: { severity: 'notice' },
  file_not_text: { severity: 'notice' },
  encoding_unknown: { severity: 'field' },
  mapping_without_email: { severity: 'field' },
  mapping_twice: { severity: 'field' },
  template_invalid: { severity: 'field' },
  template_in_use: { severity: 'notice' },
  account_in_use: { severity: 'notice' },
  sandbox_fixed: { severity: 'notice' },
  list_in_use: { severity: 'notice' },
  campaign_state: { severity: 'notice' },
  campaign_not_ready: { severity: 'notice' },
  time_in_past: { severity: 'field' },
  sending_elsewhere: { severity: 'notice' },
  secrets_locked: { severity: 'notice', action: 'unlock' },
  secrets_missing: { severity: 'notice', action: 'unlock' },
  passphrase_wrong: { severity: 'field' },
  passphrase_too_short: { severity: 'field' },
  secrets_damaged: { severity: 'fault' },
  secrets_failed: { severity: 'fault', action: 'retry' },
  smtp_failed: { severity: 'notice', action: 'retry' },
  not_buildable: { severity: 'notice' },
  dkim_key_invalid: { severity: 'field' },
  dkim_key_missing: { severity: 'notice' },
  disk_full: { severity: 'fault', action: 'retry' },
  read_only: { severity: 'fault', action: 'retry' },
  database_failed: { severity: 'fault', action: 'retry' },
  database_newer: { severity: 'fault' },
  undo_expired: { severity: 'notice' },
  internal: { severity: 'fault', action: 'report' },
};

/** Two are ours: the program behind the page did not answer at all, or it does not know this page. */
export type Code = ErrorCode | 'disconnected' | 'no_token';

const hostManners: Record<Exclude<Code, ErrorCode>, Manner> = {
  disconnected: { severity: 'fault', action: 'retry' },
  no_token: { severity: 'fault' },
};

const manners: Record<Code, Manner> = { ...errorManners, ...hostManners };

/** A refused command. `detail` is foreign text, for the fold "Details" only. */
export class RpcError extends Error {
  readonly code: Code;
  readonly params: Record<string, string>;
  readonly field: string | undefined;
  readonly detail: string | undefined;

  constructor(code: Code, params: Record<string, string> = {}, field?: string, detail?: string) {
    super(code);
    this.name = 'RpcError';
    this.code = code;
    this.params = params;
    this.field = field;
    this.detail = detail;
  }

  get severity(): Severity {
    return manners[this.code].severity;
  }

  get action(): ErrorAction | undefined {
    return manners[this.code].action;
  }
}

/** Whatever a host rejected with, as an `RpcError`. */
export function toRpcError(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  if (isErrorView(thrown)) return new RpcError(thrown.code, thrown.params, thrown.field, thrown.detail);
  return new RpcError('disconnected', {}, undefined, thrown instanceof Error ? thrown.message : String(thrown));
}

function isErrorView(value: unknown): value is Omit<ErrorView, 'code'> & { code: Code } {
  const code = (value as ErrorView | null)?.code;
  return typeof code === 'string' && code in manners;
}
