// What is wrong with a placement among the members that its federation has.

import type { ErrorDetail } from '../errors.ts';
import { pointerTo } from '../pointers.ts';
import { offerNearest } from '../suggest.ts';
import { chooseMembers } from './choose-members.ts';
import { findMismatch } from './match-members.ts';
import type { PlaceableMember, PlacementDocument } from './placement-document.ts';

/** Collects every fault; `pointer` is where the placement stands in what was sent. */
export function checkMembers(
  document: PlacementDocument,
  members: readonly PlaceableMember[],
  pointer = '',
): ErrorDetail[] {
  const staying = members.filter(({ leaving }) => !leaving);
  const faults = [...checkNames(document, staying), ...checkWeights(document, staying)];
  const all =
    faults.length > 0
      ? faults
      : chooseMembers(document, members).faults.map((fault) => ({ ...fault, code: 'no-cluster-fits' }));
  return all.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }));
}

function checkNames(document: PlacementDocument, members: readonly PlaceableMember[]): ErrorDetail[] {
  const known = members.map(({ name }) => name);
  const { within, without, replicas, failover, overrides = [] } = document;
  const named = (pointer: string, names: readonly string[] = []) =>
    names.map((name, index) => ({ pointer: `${pointer}/${index}`, name }));
  const places = [
    ...named('/within/clusters', within?.clusters),
    ...named('/without/clusters', without?.clusters),
    ...named('/failover/order', failover?.order),
    ...overrides.flatMap(({ targets }, index) => named(`/overrides/${index}/targets/clusters`, targets?.clusters)),
    ...Object.keys(replicas?.weights ?? {}).map((name) => ({ pointer: pointerTo('/replicas/weights', name), name })),
  ];
  return places
    .filter(({ name }) => !known.includes(name))
    .map(({ pointer, name }) => ({
      pointer,
      message: `The federation has no cluster ${name}.${offerNearest(name, known)}`,
      code: 'unknown-cluster',
    }));
}

function checkWeights(document: PlacementDocument, members: readonly PlaceableMember[]): ErrorDetail[] {
  return Object.entries(document.replicas?.weights ?? {}).flatMap(([name, weight]) => {
    const member = members.find((candidate) => candidate.name === name);
    const mismatch = member === undefined || weight === 0 ? undefined : findMismatch(document, member);
    if (mismatch === undefined) return [];
    const message = `The cluster ${name} has a weight, but the placement does not reach it: ${mismatch}.`;
    return [{ pointer: pointerTo('/replicas/weights', name), message, code: 'contradiction' }];
  });
}
