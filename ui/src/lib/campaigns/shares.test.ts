import { expect, it } from 'vitest';
import { toggled, weighted, weightOf } from './shares';

const accounts = [
  { id: 1, kind: 'smtp' },
  { id: 2, kind: 'smtp' },
  { id: 3, kind: 'sandbox' },
];
const [shop, news, sandbox] = accounts as [(typeof accounts)[0], (typeof accounts)[0], (typeof accounts)[0]];

it('adds accounts in the order of choosing and takes them out again', () => {
  const one = toggled([], news, accounts);
  const two = toggled(one, shop, accounts);
  expect(two.map((share) => share.accountId)).toEqual([2, 1]);
  expect(toggled(two, news, accounts)).toEqual([{ accountId: 1, weight: 1 }]);
});

it('leaves the sandbox alone', () => {
  const alone = toggled([{ accountId: 1, weight: 3 }], sandbox, accounts);
  expect(alone).toEqual([{ accountId: 3, weight: 1 }]);
  expect(toggled(alone, shop, accounts)).toEqual([{ accountId: 1, weight: 1 }]);
});

it('keeps weights within their bounds and adds them up', () => {
  const shares = weighted(
    [
      { accountId: 1, weight: 1 },
      { accountId: 2, weight: 1 },
    ],
    1,
    3,
  );
  expect(shares.map((share) => share.weight)).toEqual([3, 1]);
  expect(weightOf(shares)).toBe(4);
  expect(weighted(shares, 2, 0)[1]?.weight).toBe(1);
  expect(weighted(shares, 2, 1000)[1]?.weight).toBe(100);
});
