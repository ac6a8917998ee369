// Reads the dated facts once, and answers questions about them.

import { readFileSync } from 'node:fs';
import type {
  Accelerator,
  Catalogue,
  CatalogueProvider,
  Machine,
  MachinePurpose,
  RangeFacts,
  Region,
  Version,
} from './types.ts';

const providers = ['eks', 'aks', 'gke'] as const satisfies CatalogueProvider[];

type Dated = { asOf: string; source: string };

type MachineFamily = {
  name: string;
  purpose: MachinePurpose;
  accelerator?: string;
  byNameOnly?: boolean;
  regions?: string[];
  zones?: Record<string, string[]>;
  types: { name: string; cpu: number; memoryGiB: number; accelerators?: number }[];
};

/** Reads every file of facts and freezes the result. */
export function loadCatalogue(): Catalogue {
  const regions = readFacts<{ regions: Catalogue['regions'] }>('regions');
  const versions = readFacts<{ versions: Catalogue['versions'] }>('versions');
  const accelerators = readFacts<{ accelerators: Accelerator[] }>('accelerators');
  const { asOf: rangesAsOf, source: _, ...ranges } = readFacts<RangeFacts>('ranges');
  const limits = readFacts<Pick<Catalogue, 'limits' | 'tags' | 'reservedLabels'>>('limits');
  const machines = providers.map((provider) => readFacts<{ families: MachineFamily[] }>(`machines-${provider}`));
  const days = [regions, versions, accelerators, limits, ...machines].map((facts) => facts.asOf);
  return freeze({
    // The oldest day speaks for all.
    asOf: [...days, rangesAsOf].toSorted()[0] ?? rangesAsOf,
    regions: regions.regions,
    versions: versions.versions,
    machines: Object.fromEntries(
      providers.map((provider, index) => [provider, (machines[index]?.families ?? []).flatMap(listTypes)]),
    ) as Catalogue['machines'],
    accelerators: accelerators.accelerators,
    ranges,
    limits: limits.limits,
    tags: limits.tags,
    reservedLabels: limits.reservedLabels,
  });
}

/** Finds a region by the provider's name of it. */
export function findRegion(catalogue: Catalogue, provider: CatalogueProvider, name: string): Region | undefined {
  return catalogue.regions[provider].find((region) => region.name === name);
}

/** Finds a version by its minor (`1.35`) or by an exact spelling (`1.35.5`). */
export function findVersion(catalogue: Catalogue, provider: CatalogueProvider, asked: string): Version | undefined {
  return catalogue.versions[provider].find((version) => version.minor === asked || version.exact.includes(asked));
}

/** The versions in standard support on a day, newest first. */
export function listSupportedVersions(catalogue: Catalogue, provider: CatalogueProvider, now: Date): Version[] {
  return catalogue.versions[provider].filter((version) => supportOf(version, now) === 'standard');
}

/** What support a version has on a day. */
export function supportOf(version: Version, now: Date): 'standard' | 'extended' | 'ended' {
  const day = now.toISOString().slice(0, 10);
  if (day <= version.standardUntil) return 'standard';
  return version.extendedUntil !== undefined && day <= version.extendedUntil ? 'extended' : 'ended';
}

/** Finds a machine type by name. */
export function findMachine(catalogue: Catalogue, provider: CatalogueProvider, name: string): Machine | undefined {
  return catalogue.machines[provider].find((machine) => machine.name === name);
}

/** The zones of a region that have a machine; empty where the region lacks it. */
export function zonesWithMachine(machine: Machine, region: Region): string[] {
  if (machine.regions !== undefined && !machine.regions.includes(region.name)) return [];
  if (machine.zones === undefined) return region.zones;
  const having = machine.zones[region.name] ?? [];
  return region.zones.filter((zone) => having.includes(zone));
}

/** The catalogue's own name of an accelerator, also for an alias; undefined when it is not known. */
export function findAcceleratorName(catalogue: Catalogue, name: string): string | undefined {
  return catalogue.accelerators.find((known) => known.name === name || known.aliases.includes(name))?.name;
}

function listTypes(family: MachineFamily): Machine[] {
  return family.types.map(({ accelerators, ...type }) => ({
    ...type,
    family: family.name,
    purpose: family.purpose,
    byNameOnly: family.byNameOnly ?? false,
    ...(family.accelerator === undefined
      ? {}
      : { accelerator: { type: family.accelerator, count: accelerators ?? 1 } }),
    ...(family.regions === undefined ? {} : { regions: family.regions }),
    ...(family.zones === undefined ? {} : { zones: family.zones }),
  }));
}

function readFacts<T>(name: string): T & Dated {
  return JSON.parse(readFileSync(new URL(`./data/${name}.json`, import.meta.url), 'utf8')) as T & Dated;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
