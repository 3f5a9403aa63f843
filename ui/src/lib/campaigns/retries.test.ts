import { expect, it, vi } from 'vitest';
import { hoursText, retryOptions } from './retries';

vi.mock('$lib/host', () => import('../../test/fake-host'));

it('the time for trying again is said in days where it is whole days', () => {
  expect([1, 30, 24, 72].map(hoursText)).toEqual(['1 hour', '30 hours', '1 day', '3 days']);
});

it('a time that was set on the command line can be seen and kept', () => {
  const values = retryOptions(30).map((option) => option.value);
  expect(values).toEqual(['1', '4', '12', '24', '30', '48', '72', '168', '336']);
  expect(retryOptions(72)).toHaveLength(values.length - 1);
});
