// The access to a federation's hub: the user's own for a real credential, one of the simulator's ledger for a simulated one.

import { FleetyardError } from '../../domain/errors.ts';
import type { OutgoingGuard } from '../../outgoing/outgoing-guard.ts';
import { readOutgoingUrl } from '../../outgoing/read-url.ts';
import { getCloudAccess } from '../clouds/registry.ts';
import type { OpenCredential } from '../credential.ts';
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
  return openSimulatedHub(credential, simulatorUrl);
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
  const certificateAuthority = await fetchAuthority(`${protocol}//${host}`);
  // By name, for the daemon may be reached by another address than its own.
  const known = { serverName: 'localhost', certificateAuthority };
  return { name: 'simulated-hub', url, origin: 'simulated', token: secret['token'] ?? '', ...known };
}

/** The authority that the simulator's API servers are certified by; its URL is the installation's own. */
async function fetchAuthority(simulatorUrl: string): Promise<string> {
  try {
    const answer = await fetch(`${simulatorUrl}/v1/health`, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
    const { certificateAuthority } = (await answer.json()) as { certificateAuthority?: unknown };
    if (typeof certificateAuthority === 'string') return certificateAuthority;
  } catch (error) {
    throw new FleetyardError('unavailable', 'the simulated clouds could not be reached', { cause: error });
  }
  throw new FleetyardError('unavailable', 'the simulated clouds name no certificate authority; start them anew');
}
