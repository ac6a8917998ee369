// Finds what a user probably meant.

/** The candidates nearest to a text by edit distance, nearest first; those too far to help are left out. */
export function suggestNearest(text: string, candidates: readonly string[], limit = 3): string[] {
  const lower = text.toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(3, Math.ceil(candidate.length / 2)))
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** A sentence that offers the nearest candidates; empty when there is none. */
export function offerNearest(text: string, candidates: readonly string[]): string {
  const nearest = suggestNearest(text, candidates);
  return nearest.length === 0 ? '' : ` Did you mean ${nearest.join(', ')}?`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
