// How a caller is told where it stands: the fields of draft-ietf-httpapi-ratelimit-headers-10.

import type { Standing } from './rate-limits.ts';

/** `RateLimit-Policy` and `RateLimit`, with an item for each quota; nothing when nothing was counted. */
export function describeStandings(standings: readonly Standing[]): Record<string, string> {
  if (standings.length === 0) return {};
  return {
    'ratelimit-policy': standings
      .map(({ quota, requests, seconds }) => `"${quota}";q=${requests};w=${seconds}`)
      .join(', '),
    ratelimit: standings
      .map(({ quota, remaining, resetSeconds }) => `"${quota}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  };
}

const words: Record<Standing['quota'], string> = {
  address: 'requests of one address',
  strangers: 'unknown tokens of one address',
  'token-reads': 'reads of one token',
  'token-writes': 'writes of one token',
  'project-reads': 'reads of one project',
  'project-writes': 'writes of one project',
};

/** What is said when quotas are spent, and when to come back; undefined when none is. */
export function describeSpent(standings: readonly Standing[]): { message: string; seconds: number } | undefined {
  const [longest] = standings.filter(({ spent }) => spent).toSorted((a, b) => b.resetSeconds - a.resetSeconds);
  if (longest === undefined) return undefined;
  const { quota, requests, seconds, resetSeconds } = longest;
  return {
    message: `No more than ${requests} ${words[quota]} in ${seconds} s; try again in ${resetSeconds} s.`,
    seconds: resetSeconds,
  };
}
