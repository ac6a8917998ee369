// What the audit trail only counts: strangers by address, and refusals of a token beyond its measure, minute by minute.

import type { AuditTally } from '../store/audit-tallies.ts';

/** Limits of one minute. */
export type CountOptions = {
  clock: () => Date;
  /** Refusals of one token that are told one by one. */
  refusalsAMinute: number;
  /** Addresses of strangers that are counted apart; the others are counted together. */
  addressesAMinute: number;
  /** Sums that are kept while they cannot be written. */
  most: number;
};

/** The counts that have not been written. */
export type RefusalCounts = {
  readonly size: number;
  /** Whether a refusal is within its token's measure; else it has been counted. */
  admit(tokenId: string, address: string | null): boolean;
  countStranger(address: string): void;
  /** Hands out the sums, and begins anew. */
  take(): AuditTally[];
  /** Takes back sums that could not be written. */
  giveBack(sums: readonly AuditTally[]): void;
};

const minuteMs = 60_000;
/** The address of strangers who are too many to be counted apart. */
const others = 'others';

/** Begins to count. */
export function createRefusalCounts({ clock, refusalsAMinute, addressesAMinute, most }: CountOptions): RefusalCounts {
  let sums = new Map<string, AuditTally>();
  let seen = { minute: 0, refusals: new Map<string, number>(), addresses: new Set<string>() };
  const beginMinute = (): void => {
    const minute = Math.floor(clock().getTime() / minuteMs) * minuteMs;
    if (minute !== seen.minute) seen = { minute, refusals: new Map(), addresses: new Set() };
  };
  const add = (tally: AuditTally): void => {
    const key = `${tally.minute.getTime()} ${tally.address} ${tally.tokenId ?? ''}`;
    const sum = sums.get(key);
    if (sum !== undefined) sum.count += tally.count;
    else if (sums.size < most) sums.set(key, tally);
  };
  return {
    get size() {
      return sums.size;
    },
    admit(tokenId, address) {
      beginMinute();
      const refusals = (seen.refusals.get(tokenId) ?? 0) + 1;
      seen.refusals.set(tokenId, refusals);
      if (refusals <= refusalsAMinute) return true;
      add({ minute: new Date(seen.minute), address: address ?? others, tokenId, count: 1 });
      return false;
    },
    countStranger(address) {
      beginMinute();
      const known = seen.addresses.has(address) || seen.addresses.size < addressesAMinute;
      if (known) seen.addresses.add(address);
      add({ minute: new Date(seen.minute), address: known ? address : others, tokenId: null, count: 1 });
    },
    take() {
      const taken = [...sums.values()];
      sums = new Map();
      return taken;
    },
    giveBack(taken) {
      for (const sum of taken) add(sum);
    },
  };
}
