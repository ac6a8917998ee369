// What the engine keeps of an object: what is live, the inputs that made it, and the manager that it was applied by.
import type { ResourceState } from '../kit/provider.ts';
import { isObject, type Properties, type PropertyPath } from '../kit/values.ts';
import { isSecret, LAST_APPLIED } from './inputs.ts';
import { keyOf, pluck, pluckText, spellForProgram, writeId, type ObjectKey } from './object.ts';

/** What is kept beside the live object; the names are the official provider's. */
export type Kept = { inputs: Properties; apiVersion: string; manager: string };

const INPUTS = '__inputs';
const API_VERSION = '__initialApiVersion';
const MANAGER = '__fieldManager';

/** Writes what the engine is to keep; `secrets` are the places where the inputs are. */
export function writeState(live: Properties, kept: Kept, secrets: PropertyPath[]): ResourceState {
  const outputs = {
    ...spellForProgram(live),
    [INPUTS]: spellForProgram(kept.inputs),
    [API_VERSION]: kept.apiVersion,
    [MANAGER]: kept.manager,
  };
  const places = [...listSecretPlaces(live), ...secrets.map(widen)];
  const inside = [...listSecretPlaces(kept.inputs), ...secrets.map(widen)].map((place) => [INPUTS, ...place]);
  return { id: writeId(keyOf(live)), outputs, secrets: [...places, ...inside] };
}

/** The places of a Secret, in inputs or outputs, that hold what is secret. */
export function listSecretPlaces(object: Properties): PropertyPath[] {
  if (!isSecret(object)) return [];
  const places: PropertyPath[] = [['data'], ['stringData'], ['metadata', 'annotations', LAST_APPLIED]];
  return places.filter((place) => pluck(object, ...(place as string[])) !== undefined);
}

/** The server may put the items of a list into another order: where one of them is secret, all are. */
function widen(place: PropertyPath): PropertyPath {
  const index = place.findIndex((key) => typeof key === 'number');
  return index < 0 ? place : place.slice(0, index);
}

/** The live object of a state. */
export function readLive(state: Properties): Properties {
  const { [INPUTS]: _inputs, [API_VERSION]: _version, [MANAGER]: _manager, ...live } = state;
  return live;
}

/** The inputs of a state; empty when it has none. */
export function readKeptInputs(state: Properties): Properties {
  const kept = state[INPUTS];
  return isObject(kept) ? kept : {};
}

/** The manager of a state; undefined when it names none. */
export function findManager(state: Properties): string | undefined {
  return pluckText(state, MANAGER) || undefined;
}

/** The version that the object was made with. */
export function readApiVersion(state: Properties, key: ObjectKey): string {
  return pluckText(state, API_VERSION) || key.apiVersion;
}
