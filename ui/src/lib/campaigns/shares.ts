import type { AccountShare, AccountView } from '$lib/rpc/schema';

/** The greatest weight. */
export const MOST_WEIGHT = 100;

type Kind = Pick<AccountView, 'id' | 'kind'>;

/** All weights together: what an account's weight is a part of. */
export function weightOf(shares: readonly { weight: number }[]): number {
  return shares.reduce((sum, { weight }) => sum + weight, 0);
}

/**
 * With an account more or less. The sandbox sends nothing on, so it goes alone: choosing it leaves the others, and
 * choosing another leaves it.
 */
export function toggled(shares: readonly AccountShare[], account: Kind, accounts: readonly Kind[]): AccountShare[] {
  if (shares.some((share) => share.accountId === account.id)) {
    return shares.filter((share) => share.accountId !== account.id);
  }
  const mine = { accountId: account.id, weight: 1 };
  if (account.kind === 'sandbox') return [mine];
  const isSandbox = (id: number) => accounts.some((one) => one.id === id && one.kind === 'sandbox');
  return [...shares.filter((share) => !isSandbox(share.accountId)), mine];
}

/** With another weight of an account. */
export function weighted(shares: readonly AccountShare[], accountId: number, weight: number): AccountShare[] {
  const kept = Math.min(Math.max(Math.round(weight), 1), MOST_WEIGHT);
  return shares.map((share) => (share.accountId === accountId ? { ...share, weight: kept } : share));
}
