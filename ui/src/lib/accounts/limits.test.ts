import { describe, expect, it, vi } from 'vitest';
import type { Limits } from '$lib/rpc/schema';
import { fieldsFromLimits, isUnchanged, limitsFromFields, limitsOfAccount, limitsText } from './limits';

vi.mock('$lib/host', () => import('../../test/fake-host'));

const none: Limits = {
  perSecond: null,
  perMinute: null,
  perHour: null,
  perDay: null,
  dayStartsAt: null,
  perSession: null,
  sessionPauseMs: 0,
  domains: [],
  gapMs: 0,
  gapMaxMs: 0,
};

describe('the limits of an account', () => {
  it('come back from the form as they went in', () => {
    const qq = { domain: 'qq.com', perMinute: 30, perHour: null };
    const limits = { ...none, perSecond: 2, perDay: 500, dayStartsAt: 0, gapMs: 2000, gapMaxMs: 5000, domains: [qq] };
    expect(limitsFromFields(fieldsFromLimits(limits))).toEqual(limits);
    expect(limitsFromFields(fieldsFromLimits(none))).toEqual(none);
    expect(isUnchanged(fieldsFromLimits(limits), limits)).toBe(true);
    expect(isUnchanged({ ...fieldsFromLimits(limits), perDay: 501 }, limits)).toBe(false);
  });

  it('keep parts of a second that the form cannot enter', () => {
    const limits = { ...none, gapMs: 400, gapMaxMs: 1500 };
    expect(limitsFromFields({ ...fieldsFromLimits(limits), perDay: 500 })).toEqual({ ...limits, perDay: 500 });
  });

  it('are not sent while a number is wrong, as it would pass for no limit', () => {
    const fields = fieldsFromLimits({ ...none, perHour: 50 });
    expect(limitsFromFields({ ...fields, perHour: NaN })).toBeNull();
    expect(limitsFromFields({ ...fields, domains: [{ domain: 'qq.com', perMinute: NaN, perHour: null }] })).toBeNull();
    expect(isUnchanged({ ...fields, perHour: NaN }, { ...none, perHour: null })).toBe(false);
  });

  it('leave out a line for a domain that nothing was entered in', () => {
    const empty = { domain: ' ', perMinute: null, perHour: null };
    expect(limitsFromFields({ ...fieldsFromLimits(none), domains: [empty] })).toEqual(none);
  });

  it('are said in one line, and none says nothing', () => {
    expect(limitsText(none)).toBeUndefined();
    expect(limitsText({ ...none, perHour: 1200, gapMs: 2000 })).toBe('1,200 an hour · up to 2 s between mails');
    const domains = [{ domain: 'qq.com', perMinute: 30, perHour: 200 }];
    expect(limitsText({ ...none, domains })).toBe('to qq.com 30 a minute, 200 an hour');
  });

  it('name the provider as long as they are its own', () => {
    const view = { provider: 'Gmail', providerLimits: null, slowedPerMinute: null, slowedConnections: null };
    const limits = { ...none, perDay: 500 };
    expect(limitsOfAccount({ ...view, limits, own: false })).toBe('500 a day (Gmail’s default)');
    expect(limitsOfAccount({ ...view, limits, own: true })).toBe('500 a day');
  });
});
