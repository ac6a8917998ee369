// Counts every request against its address, its token and its project, and refuses what comes too often.

import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EndpointName } from '../../contract/schemas.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { Count, RateLimits, Standing } from '../../limits/rate-limits.ts';
import { describeSpent, describeStandings } from '../../limits/standing-headers.ts';
import type { Caller } from '../call.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** How the caller stands, as far as it was counted. */
    standings: readonly Standing[] | null;
  }
}

/** Whoever asks these decides whether the process lives, and must never be refused. */
const exempt: readonly string[] = ['getHealth', 'getReadiness'] satisfies EndpointName[];

/** Whether an endpoint is answered whatever the limits and the pressure are. */
export function isExempt(endpoint: string | undefined): boolean {
  return endpoint !== undefined && exempt.includes(endpoint);
}

/**
 * The address that a request is counted for. Of IPv6 the first 64 bits, for whoever has one address there has them all; what a
 * proxy handed on that is no address counts for the proxy.
 */
export function describeAddress(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const given = isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? '') : request.ip;
  const address = given
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '');
  return isIP(address) === 6 ? `${expand(address).slice(0, 4).join(':')}::/64` : address;
}

/** Counts a request of an address; throws `rate-limited`. */
export async function countAddress(limits: RateLimits, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await count(limits, [{ quota: 'address', key: describeAddress(request) }], request, reply);
}

/**
 * Counts a request of a known caller; throws `rate-limited`. Only a project's own tokens count against it, so that nobody uses up
 * what is another's.
 */
export async function countCaller(
  limits: RateLimits,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const kind = request.method === 'GET' || request.method === 'HEAD' ? 'reads' : 'writes';
  const counts: Count[] = [{ quota: `token-${kind}`, key: caller.id }];
  if (caller.projectId !== null) counts.push({ quota: `project-${kind}`, key: caller.projectId });
  await count(limits, counts, request, reply);
}

async function count(
  limits: RateLimits,
  counts: readonly Count[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const standings = await limits.count(counts);
  request.standings = [...(request.standings ?? []), ...standings];
  void reply.headers(describeStandings(request.standings));
  const spent = describeSpent(standings);
  if (spent !== undefined) {
    throw new FleetyardError('rate-limited', spent.message, { retryAfterSeconds: spent.seconds });
  }
}

function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const missing = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array<string>(missing).fill('0'), ...back].map((group) => group.replace(/^0+(?=.)/, ''));
}
