// What is wrong with the placements of a fleet's document, before anybody knows its clusters.

import type { ErrorDetail } from '../errors.ts';
import type { FleetRequest } from '../fleet-spec.ts';
import { checkDocument } from './check-document.ts';
import { canOverlap } from './overlaps.ts';

/** Collects every fault. */
export function checkFleetPlacements({ placements = [], federation }: FleetRequest): ErrorDetail[] {
  if (placements.length === 0) return [];
  if (federation === undefined) {
    const message = 'Placements need a federation; the fleet has none.';
    return [{ pointer: '/placements', message, code: 'contradiction' }];
  }
  return placements.flatMap((document, index) => {
    const pointer = `/placements/${index}`;
    const faults = checkDocument(document, pointer);
    const earlier = placements.slice(0, index);
    if (earlier.some(({ name }) => name === document.name)) {
      const message = `Another placement is called ${document.name} already.`;
      faults.push({ pointer: `${pointer}/name`, message, code: 'duplicate' });
    }
    const other = earlier.find(({ select }) => canOverlap(select, document.select));
    if (other !== undefined) {
      const message = `The placement ${other.name} may select the same objects; say a namespace, a name or labels that keep them apart.`;
      faults.push({ pointer: `${pointer}/select`, message, code: 'duplicate' });
    }
    return faults;
  });
}
