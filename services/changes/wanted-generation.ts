// Changes that are wanted only while a resource has a certain generation.

import { FleetyardError } from '../domain/errors.ts';

/** The generations that a change was meant for; `any` asks only that the resource exists. */
export type WantedGeneration = { any: true } | { generations: readonly number[] };

/** Throws `precondition-failed` unless the generation is wanted; undefined stands for a resource that does not exist. */
export function checkGeneration(wanted: WantedGeneration | undefined, generation: number | undefined): void {
  if (wanted === undefined) return;
  if (generation !== undefined && ('any' in wanted || wanted.generations.includes(generation))) return;
  const now = generation === undefined ? 'does not exist' : `has generation ${generation}`;
  throw new FleetyardError('precondition-failed', `It ${now}; the change is for ${describeWanted(wanted)}.`);
}

function describeWanted(wanted: WantedGeneration): string {
  if ('any' in wanted) return 'one that exists';
  return wanted.generations.length === 0 ? 'none that it ever had' : `generation ${wanted.generations.join(' or ')}`;
}
