// How much of a thing a simulated account may have: the clouds' defaults unless an administrator set another limit.
import type { Ledger } from './ledger.ts';

/** A quota that a creation counts against. */
export type QuotaUse = {
  /** Stable name, such as `ec2/vpcs`. */
  quota: string;
  limit: number;
  used: number;
  amount: number;
  refuse: (limit: number) => Error;
};

/** Throws the cloud's own error when a creation would exceed a quota. */
export function applyQuotas(ledger: Ledger, account: string, uses: QuotaUse[]): void {
  for (const use of uses) {
    const limit = findLimit(ledger, account, use.quota) ?? use.limit;
    if (use.used + use.amount > limit) throw use.refuse(limit);
  }
}

/** Sets a limit of an account. */
export function setQuota(ledger: Ledger, account: string, quota: string, amount: number): void {
  ledger.run(
    `insert into quotas (account, quota, amount) values (?, ?, ?)
     on conflict (account, quota) do update set amount = excluded.amount`,
    account,
    quota,
    amount,
  );
}

/** The limits that were set for an account. */
export function listQuotas(ledger: Ledger, account: string): { quota: string; amount: number }[] {
  const rows = ledger.all('select quota, amount from quotas where account = ? order by quota', account);
  return rows.map((row) => ({ quota: String(row['quota']), amount: Number(row['amount']) }));
}

function findLimit(ledger: Ledger, account: string, quota: string): number | undefined {
  const row = ledger.get('select amount from quotas where account = ? and quota = ?', account, quota);
  return row && Number(row['amount']);
}
