import { show } from '$lib/app/format.svelte';
import { heldText } from '$lib/app/problem';
import { m } from '$lib/paraglide/messages';
import type { CampaignPlan, CheckView, Finding } from '$lib/rpc/schema';
import { problemPlace, problemSentence } from '$lib/templates/problem';
import { people } from '../words';

/** Where something is put right. */
export type Fix = 'lists' | 'template' | 'account' | 'from' | 'unlock' | 'preview';

const fixes: Record<string, Fix> = {
  audience_empty: 'lists',
  template_invalid: 'template',
  unknown_field: 'template',
  missing_field: 'template',
  sandbox_among_others: 'from',
  account_held: 'account',
  password_missing: 'account',
  secrets_locked: 'unlock',
  plain_text_connection: 'account',
  dkim_not_aligned: 'account',
  mail_too_large: 'template',
  not_buildable: 'preview',
};

/** What was not chosen yet; said as "still to choose", not as a fault. */
const gaps = ['no_list', 'no_template', 'no_account'];

/** The findings that are more than a gap in the plan. */
export function faultsOf(check: CheckView | undefined): Finding[] {
  return (check?.findings ?? []).filter((finding) => !gaps.includes(finding.code));
}

export function fixOf(finding: Finding): Fix | undefined {
  return fixes[finding.code];
}

/** The mistake in the template, and where it stands, of a finding about one. */
export function mistakeText({ params }: Finding): string {
  const line = params['line'] ? Number(params['line']) : null;
  const problem = { part: params['part'] ?? '', line, code: params['kind'] ?? '', params };
  return `${problemPlace(problem)} · ${problemSentence(problem)}`;
}

/** What is wrong and what to do about it. */
export function findingText(finding: Finding, sendable: number): string {
  const { code, count, params } = finding;
  const field = params['field'] ?? '';
  const account = params['account'] ?? '';
  switch (code) {
    case 'audience_empty':
      return m.campaigns_finding_audience_empty();
    case 'template_invalid':
      return m.campaigns_finding_template_invalid();
    case 'unknown_field':
      return m.campaigns_finding_unknown_field({ field });
    case 'missing_field':
      if (count === 1) return m.campaigns_finding_missing_field_one({ field });
      if (count >= sendable) return m.campaigns_finding_missing_field_all({ field });
      return m.campaigns_finding_missing_field({ field, people: people(count) });
    case 'sandbox_among_others':
      return m.campaigns_finding_sandbox_among_others();
    case 'account_held':
      return m.campaigns_finding_account_held({ account, why: heldText(params['verdict'] ?? '') });
    case 'password_missing':
      return m.campaigns_finding_password_missing({ account });
    case 'secrets_locked':
      return m.campaigns_finding_secrets_locked();
    case 'plain_text_connection':
      return m.campaigns_finding_plain_text_connection({ host: params['host'] ?? '' });
    case 'dkim_not_aligned':
      return m.campaigns_finding_dkim_not_aligned({
        account,
        domain: params['domain'] ?? '',
        from: params['from'] ?? '',
      });
    case 'mail_too_large':
      return m.campaigns_finding_mail_too_large({ kilobytes: show.number(Number(params['kilobytes'] ?? 0)) });
    case 'not_buildable':
      return m.campaigns_finding_not_buildable();
    default:
      return m.campaigns_finding_other({ code });
  }
}

export type Gap = 'who' | 'what' | 'from';

const places: Record<Fix, Gap> = {
  lists: 'who',
  template: 'what',
  preview: 'what',
  account: 'from',
  from: 'from',
  unlock: 'from',
};

/** The sections whose choice keeps the campaign from being sent. */
export function faultyOf(faults: readonly Finding[]): Set<string> {
  const fixesOfErrors = faults.filter((finding) => finding.severity === 'error').map(fixOf);
  return new Set(fixesOfErrors.flatMap((fix) => (fix ? [places[fix]] : [])));
}

/** What the plan still lacks, in the order of the page. */
export function gapsOf(plan: CampaignPlan): Gap[] {
  const open: Gap[] = [];
  if (plan.listIds.length === 0) open.push('who');
  if (plan.templateId === null) open.push('what');
  if (plan.accounts.length === 0) open.push('from');
  return open;
}
