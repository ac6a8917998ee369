// What is wrong with a placement by itself, whatever the federation looks like.

import type { Schemas } from '../../contract/schemas.ts';
import type { ErrorDetail } from '../errors.ts';
import { checkName } from '../names.ts';
import { checkSelector } from './check-selector.ts';
import { divisionOf, type PlacementDocument } from './placement-document.ts';

/** Collects every fault; `pointer` is where the placement stands in what was sent. */
export function checkDocument(document: PlacementDocument, pointer = ''): ErrorDetail[] {
  const faults = [
    ...checkSelector(document.select, '/select'),
    ...checkReplicas(document),
    ...checkSpread(document),
    ...checkOrder(document),
    ...checkTolerations(document.tolerations ?? []),
    ...(document.overrides ?? []).flatMap((override, index) => checkPatches(override, `/overrides/${index}`)),
  ];
  const located = faults.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }));
  return [...checkName(document.name, `${pointer}/name`), ...located];
}

function contradiction(pointer: string, message: string): ErrorDetail[] {
  return [{ pointer, message, code: 'contradiction' }];
}

function checkReplicas(document: PlacementDocument): ErrorDetail[] {
  const { weights } = document.replicas ?? {};
  if (weights === undefined) return [];
  const division = divisionOf(document);
  if (division !== 'weighted') {
    return contradiction('/replicas/weights', `Weights divide replicas that are weighted; these are ${division}.`);
  }
  return Object.values(weights).some((weight) => weight > 0)
    ? []
    : contradiction('/replicas/weights', 'One cluster at least needs a weight above 0.');
}

function checkSpread(document: PlacementDocument): ErrorDetail[] {
  const { spread } = document;
  if (spread === undefined) return [];
  const { by, min, max } = spread;
  if (min !== undefined && max !== undefined && min > max) {
    return contradiction('/spread/min', `At least ${min} and at most ${max} can't be met together.`);
  }
  if (by === 'zone' && max !== undefined) {
    return contradiction('/spread/max', 'A cluster stands in several zones, so that they have no upper bound.');
  }
  const division = divisionOf(document);
  if ((by === 'provider' || by === 'zone') && (division === 'dynamic' || division === 'aggregated')) {
    const message = `Karmada 1.12 can't spread ${division} replicas by ${by}: divide them by weights, or spread by cluster or region.`;
    return [{ pointer: '/spread/by', message, code: 'unsupported-by-hub' }];
  }
  return [];
}

function checkOrder({ failover, spread, replicas }: PlacementDocument): ErrorDetail[] {
  if (failover?.order === undefined) return [];
  if ((spread?.min ?? 1) > 1) {
    return contradiction(
      '/failover/order',
      'An order runs everything in one cluster; the spread asks for more of them.',
    );
  }
  if (replicas?.weights !== undefined) {
    return contradiction(
      '/failover/order',
      'An order runs everything in one cluster, so that there is nothing to weigh.',
    );
  }
  return [];
}

function checkTolerations(tolerations: readonly Schemas['Toleration'][]): ErrorDetail[] {
  return tolerations.flatMap(({ key, operator = 'Equal', value, effect, seconds }, index) => {
    const pointer = `/tolerations/${index}`;
    if (operator === 'Exists' && value !== undefined) {
      return contradiction(`${pointer}/value`, 'A toleration of whatever value exists has none of its own.');
    }
    if (key === undefined && operator === 'Equal') {
      return contradiction(`${pointer}/operator`, 'Without a key, all taints are meant: the operator is Exists.');
    }
    if (seconds !== undefined && effect !== 'NoExecute') {
      return contradiction(`${pointer}/seconds`, 'Only NoExecute taints are lived with for a time.');
    }
    return [];
  });
}

const pointerForm = /^(\/([^~/]|~[01])*)+$/;

function checkPatches({ patches = [] }: Schemas['Override'], base: string): ErrorDetail[] {
  return patches.flatMap((patch, index) => {
    const pointer = `${base}/patches/${index}`;
    const invalid = (field: string, message: string): ErrorDetail[] => [
      { pointer: `${pointer}/${field}`, message, code: 'patch-invalid' },
    ];
    if (!pointerForm.test(patch.path)) return invalid('path', 'This is no JSON pointer (RFC 6901).');
    if (/^\/(apiVersion|kind|metadata\/(name|namespace|uid)|status)(\/|$)/.test(patch.path)) {
      return invalid('path', 'What an object is called and what was observed of it is the same in all clusters.');
    }
    const given = 'value' in patch;
    if (patch.op === 'remove' && given) return invalid('value', 'What is removed has no value.');
    if (patch.op !== 'remove' && !given) return invalid('value', `A value is needed to ${patch.op}.`);
    return [];
  });
}
