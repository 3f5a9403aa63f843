import { m } from '$lib/paraglide/messages';
import type { Code, RpcError } from './error';

/** Named one by one: looked up by name, all messages of the app would have to be there at its start. */
const sentences = {
  disconnected: m.error_disconnected,
  no_token: m.error_no_token,
  bad_request: m.error_bad_request,
  unknown_command: m.error_unknown_command,
  not_found: m.error_not_found,
  name_taken: m.error_name_taken,
  name_empty: m.error_name_empty,
  too_large: m.error_too_large,
  too_long: m.error_too_long,
  address_invalid: m.error_address_invalid,
  address_taken: m.error_address_taken,
  field_name_invalid: m.error_field_name_invalid,
  value_invalid: m.error_value_invalid,
  password_again: m.error_password_again,
  password_missing: m.error_password_missing,
  file_unreadable: m.error_file_unreadable,
  file_unwritable: m.error_file_unwritable,
  file_empty: m.error_file_empty,
  file_not_text: m.error_file_not_text,
  encoding_unknown: m.error_encoding_unknown,
  mapping_without_email: m.error_mapping_without_email,
  mapping_twice: m.error_mapping_twice,
  template_invalid: m.error_template_invalid,
  template_in_use: m.error_template_in_use,
  account_in_use: m.error_account_in_use,
  sandbox_fixed: m.error_sandbox_fixed,
  list_in_use: m.error_list_in_use,
  campaign_state: m.error_campaign_state,
  campaign_not_ready: m.error_campaign_not_ready,
  time_in_past: m.error_time_in_past,
  sending_elsewhere: m.error_sending_elsewhere,
  secrets_locked: m.error_secrets_locked,
  secrets_missing: m.error_secrets_missing,
  passphrase_wrong: m.error_passphrase_wrong,
  passphrase_too_short: m.error_passphrase_too_short,
  secrets_damaged: m.error_secrets_damaged,
  secrets_failed: m.error_secrets_failed,
  smtp_failed: m.error_smtp_failed,
  not_buildable: m.error_not_buildable,
  dkim_key_invalid: m.error_dkim_key_invalid,
  dkim_key_missing: m.error_dkim_key_missing,
  disk_full: m.error_disk_full,
  read_only: m.error_read_only,
  database_failed: m.error_database_failed,
  database_newer: m.error_database_newer,
  undo_expired: m.error_undo_expired,
  internal: m.error_internal,
} satisfies Record<Code, unknown>;

/** Errors whose reasons have sentences of their own. */
const reasons = {
  address_invalid: {
    empty: m.error_address_empty,
    no_at: m.error_address_no_at,
    many_ats: m.error_address_many_ats,
    bad_character: m.error_address_bad_character,
    bad_local_part: m.error_address_bad_local_part,
    bad_domain: m.error_address_bad_domain,
    too_long: m.error_address_too_long,
  },
  dkim_key_invalid: {
    not_a_key: m.error_dkim_key_not_a_key,
    encrypted: m.error_dkim_key_encrypted,
    public: m.error_dkim_key_public,
    other_kind: m.error_dkim_key_other_kind,
    too_short: m.error_dkim_key_too_short,
    too_long: m.error_dkim_key_too_long,
  },
};

type Sentence = (params: Record<string, string>) => string;
type Sentences = Record<string, Sentence | undefined>;

/** The sentence of an error in the user's language, or the one of its reason where it names one. */
export function sentenceOf({ code, params }: RpcError): string {
  const special = (reasons as Record<string, Sentences | undefined>)[code]?.[params['reason'] ?? ''];
  const sentence = special ?? (sentences as unknown as Sentences)[code] ?? m.error_internal;
  return sentence({ limit: '', name: '', what: '', ...params });
}
