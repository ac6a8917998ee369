// The made-up identity of a simulated cloud account: a function of the credential's id, so that the API, which stores
// it, and the simulated clouds, which print it in ARNs and ids, agree without talking. What its clusters stand on they read
// from the account's token.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Schemas } from '../contract/schemas.ts';

/** What the clusters of a simulated account stand on. */
export type ControlPlanes = Schemas['ControlPlanes'];

/** What they stand on when nothing is said. */
export const DEFAULT_CONTROL_PLANES: ControlPlanes = 'ledger';

const LOCAL_TOKEN = /^local\./;

/** Makes the token of a simulated account. The account comes to be with whoever shows it first, and no other way says more. */
export function createSimulatedToken(controlPlanes: ControlPlanes): string {
  const token = randomBytes(24).toString('base64url');
  return controlPlanes === 'local' ? `local.${token}` : token;
}

/** What the clusters of the account stand on that a token makes. */
export function readControlPlanes(token: string): ControlPlanes {
  return LOCAL_TOKEN.test(token) ? 'local' : DEFAULT_CONTROL_PLANES;
}

/** What each cloud calls a simulated account. */
export type SimulatedAccount = { accountId: string; subscriptionId: string; tenantId: string; project: string };

/** What stands in a credential's row; the older ones say nothing. */
export function readStoredControlPlanes(stored: string | undefined): ControlPlanes {
  return stored === 'local' ? 'local' : DEFAULT_CONTROL_PLANES;
}

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

/** A pair of AWS keys. */
export type SimulatedAwsKeys = { accessKeyId: string; secretAccessKey: string };

/** What the simulated clouds know of an account's token: enough to know whoever has it, and nothing to show it by. */
export function hashSimulatedToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The keys of a principal of a simulated AWS account, by its ARN: whoever knows the account's token can make them, as its clouds can. */
export function deriveAwsKeys(tokenHash: string, principalArn: string): SimulatedAwsKeys {
  const digest = (purpose: string) => createHmac('sha256', tokenHash).update(`${purpose}:${principalArn}`).digest();
  const letters = [...digest('aws key id').subarray(0, 16)].map((byte) => keyLetters[byte % keyLetters.length]);
  return {
    accessKeyId: `AKIA${letters.join('')}`,
    secretAccessKey: digest('aws secret key').toString('base64').slice(0, 40),
  };
}

/** Who everything in a simulated AWS account is done as. */
export function describeAwsOwner(accountId: string, region: string): string {
  return `arn:${region.startsWith('cn-') ? 'aws-cn' : 'aws'}:iam::${accountId}:user/simulated`;
}

/** The secret of an application of a simulated Entra directory, by its id. */
export function deriveAzureSecret(tokenHash: string, clientId: string): string {
  return createHmac('sha256', tokenHash).update(`azure client secret:${clientId}`).digest('base64url');
}

/** The service account that everything in a simulated project is done as. */
export function describeGoogleOwner(project: string): string {
  return `fleetyard@${project}.iam.gserviceaccount.com`;
}

const keyLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function formatUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
