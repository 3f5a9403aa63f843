import { m } from '$lib/paraglide/messages';
import type { ImportProblem } from '$lib/rpc/schema';

const sentences: Record<string, () => string> = {
  address_empty: m.import_problem_address_empty,
  address_no_at: m.import_problem_address_no_at,
  address_many_ats: m.import_problem_address_many_ats,
  address_bad_character: m.import_problem_address_bad_character,
  address_bad_local_part: m.import_problem_address_bad_local_part,
  address_bad_domain: m.import_problem_address_bad_domain,
  address_too_long: m.import_problem_address_too_long,
  empty_address: m.import_problem_address_empty,
  bad_address: m.import_problem_bad_address,
  value_too_long: m.import_problem_value_too_long,
  bad_encoding: m.import_problem_bad_encoding,
  too_many_columns: m.import_problem_too_many_columns,
  line_too_long: m.import_problem_line_too_long,
  unclosed_quote: m.import_problem_unclosed_quote,
};

/** Why a row could not be taken. A code of a newer engine gets a sentence that is true of all. */
export function rowProblem(problem: ImportProblem): string {
  const reason = problem.params['reason'];
  const byReason = problem.code === 'bad_address' && reason ? sentences[`address_${reason}`] : undefined;
  return (byReason ?? sentences[problem.code] ?? m.import_problem_other)();
}
