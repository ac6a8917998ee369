// A fleet as asked for, and what is stored of it beside its clusters.

import type { Schemas } from '../contract/schemas.ts';
import type { Id } from './ids.ts';
import type { AddressPools } from './range-roles.ts';

/** A fleet as asked for. */
export type FleetRequest = Schemas['FleetRequest'];

/** An engine of federations, built or not. */
export type FederationEngine = Schemas['FederationEngine'];

/** The engines of federations that are built. */
export const builtEngines = ['karmada'] as const satisfies FederationEngine[];

/** An engine of a federation that is built. */
export type BuiltEngine = (typeof builtEngines)[number];

/** Whether federations of an engine can be made. */
export function isBuiltEngine(engine: FederationEngine): engine is BuiltEngine {
  return (builtEngines as readonly string[]).includes(engine);
}

/** A fleet's own part of the desired spec; its clusters are stored as clusters. */
export type ResolvedFleet = {
  schemaVersion: 1;
  name: string;
  /** Engine and the id of the hub's credential; null for a fleet that is not federated. */
  federation: { engine: BuiltEngine; hubCredential: Id<'cr'> } | null;
  /** Pools that the fleet names itself. */
  pools: Partial<AddressPools>;
  /** Names of the clusters that the document names, in its order. */
  clusters: string[];
};
