// Finds what a user probably meant, at a cost that does not grow with what the user wrote.

import { distance } from 'fastest-levenshtein';

/** No name that we offer is longer than this twice over, so that a longer text is near to none. */
const longestText = 64;
const leastDistance = 3;

/** What may be offered: names, or what is called by one. */
type Candidates = readonly (string | { name: string })[];

type Known = { name: string; lower: string };

/** What was made of each list; those of the catalogue live as long as the process. */
const knownLists = new WeakMap<Candidates, readonly Known[]>();

/** The candidates nearest to a text by edit distance, nearest first; those too far to help are left out. */
export function suggestNearest(text: string, candidates: Candidates, limit = 3): string[] {
  if (text.length > longestText) return [];
  const lower = text.toLowerCase();
  const near: { name: string; away: number }[] = [];
  for (const known of listKnown(candidates)) {
    const most = Math.max(leastDistance, Math.ceil(known.lower.length / 2));
    // No edit changes the length by more than one.
    if (Math.abs(known.lower.length - lower.length) > most) continue;
    const away = distance(lower, known.lower);
    if (away <= most) near.push({ name: known.name, away });
  }
  return near
    .toSorted((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** A sentence that offers the nearest candidates; empty when there is none. */
export function offerNearest(text: string, candidates: Candidates): string {
  const nearest = suggestNearest(text, candidates);
  return nearest.length === 0 ? '' : ` Did you mean ${nearest.join(', ')}?`;
}

function listKnown(candidates: Candidates): readonly Known[] {
  const known = knownLists.get(candidates);
  if (known !== undefined) return known;
  const made = candidates.map((candidate) => {
    const name = typeof candidate === 'string' ? candidate : candidate.name;
    return { name, lower: name.toLowerCase() };
  });
  knownLists.set(candidates, made);
  return made;
}
