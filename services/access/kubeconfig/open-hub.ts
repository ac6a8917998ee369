// The access to a federation's hub: the user's own for a real credential, one of the simulator for a simulated one.

import { FleetyardError } from '../../domain/errors.ts';
import { readStoredControlPlanes } from '../../domain/simulated-account.ts';
import type { OutgoingGuard } from '../../outgoing/outgoing-guard.ts';
import { readOutgoingUrl } from '../../outgoing/read-url.ts';
import { getCloudAccess } from '../clouds/registry.ts';
import type { OpenCredential } from '../credential.ts';
import { fetchSimulatedAuthority } from '../simulated-clouds.ts';
import type { ApiServerAccess } from './api-server-access.ts';

/** Reads the hub of a credential; what was stored under older rules is held to today's. */
export async function openHubAccess(
  credential: OpenCredential,
  simulatorUrl: string | undefined,
): Promise<ApiServerAccess> {
  const { readHubAccess } = getCloudAccess(credential.provider);
  if (readHubAccess === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is for ${credential.provider}, a hub needs kubernetes`,
    );
  }
  if (!credential.simulated) return readHubAccess(credential);
  if (simulatorUrl === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is simulated and no simulator is configured`,
    );
  }
  const isLocal = readStoredControlPlanes(credential.attributes['controlPlanes']) === 'local';
  return isLocal ? openLocalHub(credential, simulatorUrl) : openSimulatedHub(credential, simulatorUrl);
}

/** The access as a program that is not ours gets it: with an address that was checked, so that nobody resolves the name again. */
export async function pinAccess(guard: OutgoingGuard, access: ApiServerAccess): Promise<ApiServerAccess> {
  const { url, origin, serverName } = access;
  const [checked] = await guard.check(url, origin);
  if (checked === undefined || checked.address === url.host) return access;
  return { ...access, url: { ...url, host: checked.address }, serverName: serverName ?? url.host };
}

async function openSimulatedHub({ id, secret }: OpenCredential, simulatorUrl: string): Promise<ApiServerAccess> {
  const { host, protocol } = new URL(simulatorUrl);
  const url = readOutgoingUrl(`https://${host}/k8s/hub-${id}`);
  if (typeof url === 'string') throw new FleetyardError('internal', `The URL of the simulator can't be used. ${url}`);
  const certificateAuthority = await fetchSimulatedAuthority(`${protocol}//${host}`);
  // By name, for the daemon may be reached by another address than its own.
  const known = { serverName: 'localhost', certificateAuthority };
  return { name: 'simulated-hub', url, origin: 'simulated', token: secret['token'] ?? '', ...known };
}

/** Ends the hub of a simulated credential that stands on processes; every other one is nobody's to end, or costs nothing. */
export async function closeSimulatedHub(credential: OpenCredential, simulatorUrl: string | undefined): Promise<void> {
  const { simulated, attributes } = credential;
  if (!simulated || simulatorUrl === undefined) return;
  if (readStoredControlPlanes(attributes['controlPlanes']) === 'local')
    await askForHub(credential, simulatorUrl, 'DELETE');
}

/** The hub that is a Karmada of processes; asked for the first time it is started, which takes longer than one call. */
async function openLocalHub(credential: OpenCredential, simulatorUrl: string): Promise<ApiServerAccess> {
  const { authority, certificateAuthority } = await askForHub(credential, simulatorUrl, 'GET');
  const url = readOutgoingUrl(`https://${String(authority)}`);
  if (typeof url === 'string' || typeof certificateAuthority !== 'string') {
    throw new FleetyardError('unavailable', "the simulated clouds' answer about the hub can't be read");
  }
  const token = credential.secret['token'] ?? '';
  return { name: 'simulated-hub', url, origin: 'simulated', token, certificateAuthority };
}

async function askForHub(
  { id, secret }: OpenCredential,
  simulatorUrl: string,
  method: 'GET' | 'DELETE',
): Promise<Record<string, unknown>> {
  const { host, protocol } = new URL(simulatorUrl);
  const headers = { 'fleetyard-account': id, authorization: `Bearer ${secret['token'] ?? ''}` };
  const signal = AbortSignal.timeout(method === 'GET' ? 10_000 : 60_000);
  let answer: Record<string, unknown>;
  try {
    const response = await fetch(`${protocol}//${host}/v1/hub`, { method, headers, redirect: 'error', signal });
    answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) return answer;
  } catch (error) {
    throw new FleetyardError('unavailable', 'the simulated clouds could not be reached', { cause: error });
  }
  const { message } = (answer['error'] ?? {}) as { message?: unknown };
  throw new FleetyardError(
    'unavailable',
    `the simulated clouds have no hub: ${typeof message === 'string' ? message : 'they say nothing of it'}`,
  );
}
