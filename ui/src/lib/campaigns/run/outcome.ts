import { heldText, verdictText } from '$lib/app/problem';
import { m } from '$lib/paraglide/messages';
import type { RecipientRow } from '$lib/rpc/schema';
import { comingText } from '../words';

type Row = Pick<RecipientRow, 'state' | 'skipReason' | 'verdict' | 'dueAtMs'>;

const advice: Record<string, () => string> = {
  try_later: m.campaigns_advice_try_later,
  recipient_unknown: m.campaigns_advice_recipient_unknown,
  recipient_refused: m.campaigns_advice_recipient_refused,
  content_refused: m.campaigns_advice_content_refused,
  network_down: m.campaigns_advice_network_down,
  in_doubt: m.campaigns_advice_in_doubt,
  suppressed: m.campaigns_advice_suppressed,
  missing_field: m.campaigns_advice_missing_field,
  not_buildable: m.campaigns_advice_not_buildable,
  contact_deleted: m.campaigns_advice_contact_deleted,
  cancelled: m.campaigns_advice_cancelled,
};

const stages: Record<string, () => string> = {
  connect: m.campaigns_stage_connect,
  greeting: m.campaigns_stage_greeting,
  ehlo: m.campaigns_stage_ehlo,
  tls: m.campaigns_stage_tls,
  auth: m.campaigns_stage_auth,
  mail: m.campaigns_stage_mail,
  rcpt: m.campaigns_stage_rcpt,
  data: m.campaigns_stage_data,
  body: m.campaigns_stage_body,
  final_reply: m.campaigns_stage_final_reply,
};

/** The word that says why: a skip reason, else the verdict. */
function why(row: Pick<Row, 'state' | 'skipReason' | 'verdict'>): string {
  return row.skipReason ?? row.verdict ?? (row.state === 'in_doubt' ? 'in_doubt' : '');
}

/** A server that says "later" until Hongyan gives up has refused in the end. */
const gaveUp = (row: Pick<Row, 'state' | 'skipReason' | 'verdict'>) =>
  row.state === 'failed' && row.verdict === 'try_later';

/** What happened, in a few words for the table; empty where the state says it all. */
export function outcomeText(row: Row): string {
  if (row.state === 'sent' || row.state === 'queued' || row.state === 'armed') return '';
  const reason = why(row) ? verdictText(why(row)) : '';
  if (row.state !== 'deferred' || row.dueAtMs === null) return reason;
  const next = m.campaigns_recipient_next_at({ when: comingText(row.dueAtMs) });
  return reason ? `${reason} · ${next}` : next;
}

/** The server's reply with its code, or empty. */
export function serverWords({ replyCode, serverSays }: Pick<RecipientRow, 'replyCode' | 'serverSays'>): string {
  if (!serverSays || replyCode === null || serverSays.startsWith(String(replyCode))) return serverSays;
  return `${replyCode} ${serverSays}`;
}

/** What happened, as a sentence. */
export function outcomeSentence(row: Pick<Row, 'state' | 'skipReason' | 'verdict'>): string {
  if (row.state === 'queued') return m.campaigns_outcome_queued();
  if (row.state === 'armed') return m.campaigns_outcome_armed();
  if (row.state === 'sent') return m.campaigns_outcome_sent();
  if (gaveUp(row)) return m.campaigns_outcome_given_up();
  return verdictText(why(row));
}

/** What to do about it. */
export function adviceText(row: Pick<Row, 'state' | 'skipReason' | 'verdict'>): string {
  if (row.state === 'queued' || row.state === 'armed') return '';
  if (row.state === 'sent') return m.campaigns_advice_sent();
  if (gaveUp(row)) return m.campaigns_advice_given_up();
  const reason = why(row);
  return reason.startsWith('account_') ? heldText(reason) : (advice[reason]?.() ?? '');
}

/** How far the last attempt came. */
export function stageText(stage: string | null): string {
  return stage === null ? '' : (stages[stage]?.() ?? stage);
}
