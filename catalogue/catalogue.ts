// Reads the dated facts once, and answers questions about them.

import { readFileSync } from 'node:fs';
import {
  type Accelerator,
  type Catalogue,
  type CatalogueProvider,
  catalogueProviders,
  type Machine,
  type MachinePurpose,
  type ProviderLimits,
  type RangeFacts,
  type Region,
  type ReservedRange,
  type TagRules,
  type Version,
} from './types.ts';

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

/** The facts of one provider, a file each. */
type ProviderFacts = {
  asOf: string;
  regions: Region[];
  versions: Version[];
  machines: Machine[];
  limits: ProviderLimits;
  tags: TagRules;
  reservedLabels: string[];
  ranges: ProviderRanges;
};

type ProviderRanges = {
  [Fact in 'reserved' | 'sizes' | 'secondaryBlocks' | 'refusedServices']: OfProvider<RangeFacts[Fact]>;
};
type OfProvider<Facts> = Facts extends Record<CatalogueProvider, infer Fact> ? Fact : never;

/** Reads every file of facts and freezes the result. */
export function loadCatalogue(): Catalogue {
  const accelerators = readFacts<{ accelerators: Accelerator[] }>('accelerators');
  const ranges = readFacts<Pick<RangeFacts, 'defaultPools' | 'private'> & { reserved: ReservedRange[] }>('ranges');
  const labels = readFacts<{ reserved: string[] }>('labels');
  const facts = new Map(catalogueProviders.map((provider) => [provider, readProvider(provider)]));
  const collect = <T>(pick: (facts: ProviderFacts) => T): Record<CatalogueProvider, T> =>
    Object.fromEntries([...facts].map(([provider, each]) => [provider, pick(each)])) as Record<CatalogueProvider, T>;
  const days = [accelerators, ranges, labels, ...facts.values()].map(({ asOf }) => asOf);
  return freeze({
    asOf: findOldest(days),
    regions: collect((each) => each.regions),
    versions: collect((each) => each.versions),
    machines: collect((each) => each.machines),
    accelerators: accelerators.accelerators,
    ranges: {
      defaultPools: ranges.defaultPools,
      private: ranges.private,
      reserved: { any: ranges.reserved, ...collect((each) => each.ranges.reserved) },
      sizes: collect((each) => each.ranges.sizes),
      secondaryBlocks: collect((each) => each.ranges.secondaryBlocks),
      refusedServices: collect((each) => each.ranges.refusedServices),
    },
    limits: collect((each) => each.limits),
    tags: collect((each) => each.tags),
    reservedLabels: { any: labels.reserved, ...collect((each) => each.reservedLabels) },
  });
}

function readProvider(provider: CatalogueProvider): ProviderFacts {
  const read = <T>(name: string): T & Dated => readFacts<T>(`${provider}/${name}`);
  const regions = read<{ regions: Region[] }>('regions');
  const versions = read<{ versions: Version[] }>('versions');
  const machines = read<{ families: MachineFamily[] }>('machines');
  const limits = read<Pick<ProviderFacts, 'limits' | 'tags' | 'reservedLabels'>>('limits');
  const ranges = read<ProviderRanges>('ranges');
  return {
    asOf: findOldest([regions, versions, machines, limits, ranges].map(({ asOf }) => asOf)),
    regions: regions.regions,
    versions: versions.versions,
    machines: machines.families.flatMap(listTypes),
    limits: limits.limits,
    tags: limits.tags,
    reservedLabels: limits.reservedLabels,
    ranges,
  };
}

/** The oldest day speaks for all. */
function findOldest(days: readonly string[]): string {
  return days.toSorted()[0] ?? '';
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
