// Our own look at a member: whether its API server answers. A hub says so only after its threshold, which may be a minute.

import { setTimeout as delay } from 'node:timers/promises';
import { explainOutgoing } from '../outgoing/outgoing-error.ts';
import type { OutgoingGuard } from '../outgoing/outgoing-guard.ts';
import { sendRequest } from '../outgoing/send-request.ts';
import type { ApiServerAccess } from '../access/kubeconfig/api-server-access.ts';
import type { MemberReport } from './adapter.ts';

/** How a member is asked. */
export type ProbePace = {
  /** Milliseconds that one call may take. */
  timeout: number;
  /** Milliseconds before a call that failed is made again: one lost packet is no outage. */
  pause: number;
};

/** Why a member is well or not. */
export type MemberHealth = { ready: boolean; reason: string };

/**
 * What keeps the API server from answering; undefined when it answers. It is asked without a token: that costs no cloud a call, and a
 * refusal is an answer. Its certificate is checked as ever.
 */
export async function probeApiServer(
  guard: OutgoingGuard,
  access: Omit<ApiServerAccess, 'token' | 'client' | 'name'>,
  pace: ProbePace,
): Promise<string | undefined> {
  const first = await askOnce(guard, access, pace.timeout);
  if (first === undefined) return undefined;
  await delay(pace.pause);
  return askOnce(guard, access, pace.timeout);
}

async function askOnce(
  guard: OutgoingGuard,
  { url, origin, ...tls }: Omit<ApiServerAccess, 'token' | 'client' | 'name'>,
  timeout: number,
): Promise<string | undefined> {
  const [method, path, headers] = ['GET', '/readyz', { accept: 'text/plain' }];
  try {
    const signal = AbortSignal.timeout(timeout);
    const { status } = await sendRequest(guard, { url, origin, tls, method, path, headers, signal });
    return status >= 500 ? `its API server says that it is not well (${status})` : undefined;
  } catch (error) {
    return `its API server does not answer: ${explainOutgoing(error).message}`;
  }
}

/** What both looks come to; `atHub` is what the hub says of the member, and `not-asked` when it says nothing at all. */
export function judgeMember(fault: string | undefined, atHub: MemberReport | undefined | 'not-asked'): MemberHealth {
  if (fault !== undefined) return { ready: false, reason: fault };
  if (atHub === 'not-asked') return { ready: true, reason: 'its API server answers; the hub does not' };
  if (atHub === undefined) return { ready: false, reason: 'the hub does not know it any more' };
  return { ready: atHub.ready, reason: atHub.reason };
}
