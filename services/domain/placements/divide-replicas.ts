// How Karmada divides replicas by fixed weights: each its part rounded down, and of the rest one each to the heaviest.

/** A cluster and what it weighs; `last` is what it has by now, which goes before chance. */
export type Weighed = { name: string; weight: number; last: number };

/** What each cluster gets; `exact` is false where the hub throws dice between equals for a part of the rest. */
export type Division = { shares: Map<string, number>; exact: boolean };

/** Divides. Clusters that get none are not named. */
export function divideByWeight(replicas: number, weighed: readonly Weighed[]): Division {
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0 || replicas === 0) return { shares: new Map(), exact: true };
  const sorted = weighed.toSorted((a, b) => b.weight - a.weight || b.last - a.last || (a.name < b.name ? -1 : 1));
  const parts = sorted.map(({ weight }) => Math.floor((weight * replicas) / total));
  const rest = replicas - parts.reduce((sum, part) => sum + part, 0);
  const shares = sorted.map(({ name }, index) => [name, (parts[index] ?? 0) + (index < rest ? 1 : 0)] as const);
  const [lucky, unlucky] = [sorted[rest - 1], sorted[rest]];
  const tied = lucky !== undefined && unlucky !== undefined && lucky.weight === unlucky.weight;
  return {
    shares: new Map(shares.filter(([, share]) => share > 0)),
    exact: !tied || lucky.last !== unlucky.last,
  };
}

/** An even division by room is the best guess where the hub asks the clusters for theirs. */
export function guessDivision(replicas: number, names: readonly string[]): Map<string, number> {
  const { shares } = divideByWeight(
    replicas,
    names.map((name) => ({ name, weight: 1, last: 0 })),
  );
  return shares;
}
