// The way to the simulated clouds' own servers: the clouds' libraries call the names that they know, and end up at the simulator.

import { Agent, request } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import { FleetyardError } from '../domain/errors.ts';

/** The simulated clouds, as far as tokens are had from them. */
export type SimulatedClouds = {
  /** Connects to them whatever name is called; every request that shows somebody's secret goes by it. */
  agent: Agent;
  /** Asks for something as the owner of an account. */
  post(host: string, path: string, account: { id: string; token: string }): Promise<Record<string, unknown>>;
};

const patienceMs = 10_000;

/** Opens the way; `unavailable` when nobody is there, `credential-mismatch` where no simulator is configured. */
export async function openSimulatedClouds(simulatorUrl: string | undefined): Promise<SimulatedClouds> {
  if (simulatorUrl === undefined) {
    throw new FleetyardError('credential-mismatch', 'the credential is simulated and no simulator is configured');
  }
  const { protocol, host, hostname, port } = new URL(simulatorUrl);
  const ca = await fetchSimulatedAuthority(`${protocol}//${host}`);
  const agent = new Agent({ keepAlive: false });
  // By the name in its certificate, for the daemon may be reached by another address than its own.
  const place: ConnectionOptions = { host: hostname, port: Number(port), servername: 'localhost', ca };
  agent.createConnection = () => connect(place);
  return { agent, post: (name, path, account) => post(agent, `https://${name}${path}`, account) };
}

/** The authority that the simulator's servers are certified by; its URL is the installation's own. */
export async function fetchSimulatedAuthority(simulatorUrl: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const answer = await fetch(`${simulatorUrl}/v1/health`, { redirect: 'error', signal });
    const { certificateAuthority } = (await answer.json()) as { certificateAuthority?: unknown };
    if (typeof certificateAuthority === 'string') return certificateAuthority;
  } catch (error) {
    throw new FleetyardError('unavailable', 'the simulated clouds could not be reached', { cause: error });
  }
  throw new FleetyardError('unavailable', 'the simulated clouds name no certificate authority; start them anew');
}

function post(
  agent: Agent,
  url: string,
  { id, token }: { id: string; token: string },
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, 'fleetyard-account': id };
  const refuse = (why: string): FleetyardError => new FleetyardError('unavailable', `the simulated clouds ${why}`);
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers, signal: AbortSignal.timeout(patienceMs) });
    call.on('error', () => reject(refuse('could not be reached')));
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => reject(refuse('could not be reached')));
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(refuse(`answered ${response.statusCode}`));
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>);
      });
    });
    call.end();
  });
}
