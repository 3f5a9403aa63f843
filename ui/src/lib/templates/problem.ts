import { m } from '$lib/paraglide/messages';
import type { RenderProblem } from '$lib/rpc/schema';

type Sentence = (params: { detail: string; field: string; sample: string }) => string;

/** What a tag looks like; braces cannot stand in a message. */
const SAMPLE = '{{ city }}';

const sentences: Record<string, Sentence> = {
  syntax: m.templates_problem_syntax,
  unknown_filter: m.templates_problem_unknown_filter,
  unknown_test: m.templates_problem_unknown_test,
  unknown_function: m.templates_problem_unknown_function,
  not_allowed: m.templates_problem_not_allowed,
  comparison: m.templates_problem_comparison,
  unsafe_place: m.templates_problem_unsafe_place,
  too_large: m.templates_problem_too_large,
  missing_field: m.templates_problem_missing_field,
  not_buildable: m.templates_problem_not_buildable,
};

const parts: Record<string, () => string> = {
  subject: m.templates_subject,
  preheader: m.templates_preheader,
  body: m.templates_body,
  text: m.templates_text,
};

/** A missing value concerns this person only; everything else is a mistake that keeps the mail from being sent at all. */
export function isMistake(problem: RenderProblem): boolean {
  return problem.code !== 'missing_field';
}

/** What is wrong and what to do about it. A code of a newer engine is told as a mistake of spelling. */
export function problemSentence(problem: RenderProblem): string {
  const sentence = sentences[problem.code] ?? m.templates_problem_syntax;
  return sentence({ detail: '', field: '', ...problem.params, sample: SAMPLE });
}

/** Where it is wrong: `Subject`, `Body, line 3`. */
export function problemPlace(problem: RenderProblem): string {
  const part = (parts[problem.part] ?? m.templates_body)();
  const hasLines = problem.part === 'body' || problem.part === 'text';
  return hasLines && problem.line !== null ? m.templates_place_line({ part, line: String(problem.line) }) : part;
}
