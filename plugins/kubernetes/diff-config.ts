// Says which changes of the provider's configuration mean another cluster, so that every object is made anew there.
import { isDeepStrictEqual } from 'node:util';
import { diffProperties, type Diff } from '../kit/diff.ts';
import { UNKNOWN, type Properties } from '../kit/values.ts';
import { findActiveCluster } from './kubeconfig.ts';

const IDENTIFIER = 'clusterIdentifier';
const PLACES = ['kubeconfig', 'context', 'cluster'];

/**
 * Compares two configurations as the official provider does: an identifier that stays the same settles it; a new value of it means another
 * cluster, while giving one or taking it away does not; without one, the active cluster of the kubeconfig decides.
 */
export async function diffConfig(olds: Properties, news: Properties): Promise<Diff> {
  const [before, after] = [olds[IDENTIFIER], news[IDENTIFIER]];
  const identified = before !== undefined && after !== undefined;
  if (identified && before === after) return diffProperties(olds, news);
  const replaceOn = identified ? [IDENTIFIER] : [];
  if (PLACES.some((name) => news[name] === UNKNOWN)) return diffProperties(olds, news, { replaceOn: PLACES });
  const [from, to] = await Promise.all([findActiveCluster(olds), findActiveCluster(news)]);
  if (from && to && !isDeepStrictEqual(from, to)) replaceOn.push(...PLACES);
  return diffProperties(olds, news, { replaceOn });
}
