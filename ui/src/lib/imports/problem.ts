import { m } from '$lib/paraglide/messages';
import type { ImportProblem, RejectWords } from '$lib/rpc/schema';

const sentences: Record<string, () => string> = {
  address_empty: m.import_problem_address_empty,
  address_no_at: m.import_problem_address_no_at,
  address_many_ats: m.import_problem_address_many_ats,
  address_bad_character: m.import_problem_address_bad_character,
  address_bad_local_part: m.import_problem_address_bad_local_part,
  address_bad_domain: m.import_problem_address_bad_domain,
  address_too_long: m.import_problem_address_too_long,
  value_too_long: m.import_problem_value_too_long,
  bad_encoding: m.import_problem_bad_encoding,
  too_many_columns: m.import_problem_too_many_columns,
  line_too_long: m.import_problem_line_too_long,
  unclosed_quote: m.import_problem_unclosed_quote,
};

/** What is added to the rows in the file of those that could not be taken. */
export function rejectWords(): RejectWords {
  return {
    row: m.import_problem_row(),
    column: m.import_problem_column(),
    reason: m.import_problem_reason(),
    reasons: Object.fromEntries(Object.entries(sentences).map(([code, sentence]) => [code, sentence()])),
  };
}

/** Why a row could not be taken. A code of a newer engine gets a sentence that is true of all. */
export function rowProblem(problem: ImportProblem): string {
  return (sentences[problem.code] ?? m.import_problem_other)();
}

/** A column's head in the user's language: one without a name comes as `Column 3` from the engine. */
export function columnHead(head: string): string {
  const number = /^Column (\d+)$/.exec(head)?.[1];
  return number ? m.import_column_number({ number }) : head;
}
