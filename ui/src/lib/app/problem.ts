import { m } from '$lib/paraglide/messages';
import type { ProblemView } from '$lib/rpc/schema';

type Words = Record<string, () => string>;

const verdicts: Words = {
  accepted: m.app_verdict_accepted,
  try_later: m.app_verdict_try_later,
  recipient_unknown: m.app_verdict_recipient_unknown,
  recipient_refused: m.app_verdict_recipient_refused,
  content_refused: m.app_verdict_content_refused,
  account_quota: m.app_verdict_account_quota,
  account_slow_down: m.app_verdict_account_slow_down,
  account_login: m.app_verdict_account_login,
  account_tls: m.app_verdict_account_tls,
  account_reputation: m.app_verdict_account_reputation,
  account_sender: m.app_verdict_account_sender,
  account_proxy: m.app_verdict_account_proxy,
  account_signing_key: m.app_verdict_account_signing_key,
  network_down: m.app_verdict_network_down,
  in_doubt: m.app_verdict_in_doubt,
  suppressed: m.app_skip_suppressed,
  missing_field: m.app_skip_missing_field,
  not_buildable: m.app_skip_not_buildable,
  contact_deleted: m.app_skip_contact_deleted,
  cancelled: m.app_skip_cancelled,
};

const suppressions: Words = {
  manual: m.app_suppressed_manual,
  unsubscribed: m.app_suppressed_unsubscribed,
  bounced: m.app_suppressed_bounced,
  complained: m.app_suppressed_complained,
};

const hints: Words = {
  authorisation_code: m.app_hint_authorisation_code,
  app_password: m.app_hint_app_password,
  oauth_only: m.app_hint_oauth_only,
  client_password: m.app_hint_client_password,
  smtp_credentials: m.app_hint_smtp_credentials,
};

const causes: Words = {
  not_found: m.app_problem_not_found,
  refused: m.app_problem_refused,
  timeout: m.app_problem_timeout,
  closed: m.app_problem_closed,
  certificate: m.app_problem_certificate,
  no_tls: m.app_problem_no_tls,
  no_auth: m.app_problem_no_auth,
  protocol: m.app_problem_protocol,
  io: m.app_problem_io,
  too_large: m.app_problem_too_large,
  needs_utf8: m.app_problem_needs_utf8,
  proxy_unreachable: m.app_problem_proxy_unreachable,
  proxy_login: m.app_problem_proxy_login,
  proxy_forbidden: m.app_problem_proxy_forbidden,
  proxy_no_way: m.app_problem_proxy_no_way,
  proxy_wrong: m.app_problem_proxy_wrong,
};

const certificates: Words = {
  self_signed: m.app_certificate_self_signed,
  unknown_issuer: m.app_certificate_unknown_issuer,
  other_name: m.app_certificate_other_name,
  expired: m.app_certificate_expired,
  not_yet_valid: m.app_certificate_not_yet_valid,
  revoked: m.app_certificate_revoked,
};

const accountProblems: Words = {
  account_login: m.app_problem_login,
  account_quota: m.app_problem_quota,
  account_slow_down: m.app_problem_slow_down,
  account_tls: m.app_problem_tls,
  account_reputation: m.app_problem_reputation,
  account_sender: m.app_problem_sender,
  account_proxy: m.app_problem_proxy,
  account_signing_key: m.app_problem_signing_key,
};

/** A verdict or a skip reason in a few words, for tables. An unknown word (of a newer engine) is shown as it is. */
export function verdictText(word: string): string {
  return verdicts[word]?.() ?? word;
}

/** Why an address gets nothing, in a word. */
export function suppressionText(reason: string): string {
  return suppressions[reason]?.() ?? reason;
}

/** What to enter as the password, where the provider wants something special. */
export function hintText(hint: string | null): string | undefined {
  return hint === null ? undefined : hints[hint]?.();
}

/** What holds an account and what to do about it. */
export function heldText(verdict: string): string {
  return accountProblems[verdict]?.() ?? verdictText(verdict);
}

/** What is wrong with a connection and what to do, in the user's words: the provider's hint first, then the cause. */
export function problemText(problem: ProblemView): string {
  const byHint = problem.verdict === 'account_login' ? hintText(problem.hint) : undefined;
  const byCertificate = problem.certificate ? certificates[problem.certificate.fault]?.() : undefined;
  return (
    byHint ??
    byCertificate ??
    causes[problem.cause]?.() ??
    accountProblems[problem.verdict]?.() ??
    m.app_problem_reply()
  );
}

const pauses: Words = {
  account: m.home_need_paused_account,
  network: m.home_need_paused_network,
  journal: m.home_need_paused_journal,
  failures: m.home_need_paused_failures,
};

/** Why a campaign was paused by a problem, and what to do; undefined when the user paused it. */
export function pausedText(reason: string | null): string | undefined {
  return pauses[reason ?? '']?.();
}
