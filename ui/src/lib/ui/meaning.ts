/** What a colour says. It never speaks alone: an icon and a word go with it. */
export type Meaning = 'sent' | 'waiting' | 'deferred' | 'failed' | 'doubt' | 'accent';

export const meaningText: Record<Meaning, string> = {
  sent: 'text-sent',
  waiting: 'text-waiting',
  deferred: 'text-deferred',
  failed: 'text-failed',
  doubt: 'text-doubt',
  accent: 'text-accent',
};

export const meaningSoft: Record<Meaning, string> = {
  sent: 'bg-sent-soft text-sent',
  waiting: 'bg-waiting-soft text-waiting',
  deferred: 'bg-deferred-soft text-deferred',
  failed: 'bg-failed-soft text-failed',
  doubt: 'bg-doubt-soft text-doubt',
  accent: 'bg-accent-soft text-accent-soft-ink',
};

export const meaningFill: Record<Meaning, string> = {
  sent: 'bg-sent-fill',
  waiting: 'bg-waiting-fill',
  deferred: 'bg-deferred-fill',
  failed: 'bg-failed-fill',
  doubt: 'bg-doubt-fill',
  accent: 'bg-accent-fill',
};
