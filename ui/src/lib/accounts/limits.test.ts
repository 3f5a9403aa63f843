import { describe, expect, it, vi } from 'vitest';
import type { Limits } from '$lib/rpc/schema';
import { fieldsFromLimits, limitsFromFields, limitsText } from './limits';

vi.mock('$lib/host', () => import('../../test/fake-host'));

const none: Limits = {
  perSecond: null,
  perMinute: null,
  perHour: null,
  perDay: null,
  dayStartsAt: null,
  perSession: null,
  gapMs: 0,
  gapMaxMs: 0,
};

describe('the limits of an account', () => {
  it('come back from the form as they went in, with what it does not show', () => {
    const limits = { ...none, perSecond: 2, perDay: 500, dayStartsAt: 0, gapMs: 2000, gapMaxMs: 5000 };
    expect(limitsFromFields(fieldsFromLimits(limits), limits)).toEqual(limits);
    expect(limitsFromFields(fieldsFromLimits(none), none)).toEqual(none);
  });

  it('are said in one line, and none says nothing', () => {
    expect(limitsText(none)).toBeUndefined();
    expect(limitsText({ ...none, perHour: 1200, gapMs: 2000 })).toBe('1,200 an hour · up to 2 s between mails');
  });
});
