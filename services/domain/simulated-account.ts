// The made-up identity of a simulated cloud account: a function of the credential's id, so that the API, which stores
// it, and the simulated clouds, which print it in ARNs and ids, agree without talking.
import { createHash } from 'node:crypto';

/** What each cloud calls a simulated account. */
export type SimulatedAccount = { accountId: string; subscriptionId: string; tenantId: string; project: string };

/** The identity of the simulated account that belongs to a credential. */
export function describeSimulatedAccount(credentialId: string): SimulatedAccount {
  const hex = (purpose: string) => createHash('sha256').update(`${purpose}:${credentialId}`).digest('hex');
  return {
    accountId: String(BigInt(`0x${hex('account').slice(0, 15)}`) % 1_000_000_000_000n).padStart(12, '1'),
    subscriptionId: formatUuid(hex('subscription')),
    tenantId: formatUuid(hex('tenant')),
    project: `simulated-${hex('project').slice(0, 8)}`,
  };
}

function formatUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
