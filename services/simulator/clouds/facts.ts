// What the simulated clouds take from the catalogue of dated facts: regions, zones, versions, machine types.
import { findMachine, findRegion, findVersion, loadCatalogue } from '../../../catalogue/catalogue.ts';
import { catalogueProviders, type Catalogue, type CatalogueProvider, type Machine } from '../../../catalogue/types.ts';

let catalogue: Catalogue | undefined;

function getCatalogue(): Catalogue {
  catalogue ??= loadCatalogue();
  return catalogue;
}

/** Whether a cloud has a region. */
export function isRegion(provider: CatalogueProvider, region: string): boolean {
  return findRegion(getCatalogue(), provider, region) !== undefined;
}

/** The zones of a region in the provider's spelling; none when the cloud has no such region. */
export function listZones(provider: CatalogueProvider, region: string): string[] {
  return findRegion(getCatalogue(), provider, region)?.zones ?? [];
}

/** The newest exact version that a version stands for, or undefined when the provider does not offer it. */
export function findExactVersion(provider: CatalogueProvider, asked: string): string | undefined {
  const found = findVersion(getCatalogue(), provider, asked);
  if (!found) return undefined;
  return found.exact.includes(asked) ? asked : (found.exact.at(-1) ?? found.minor);
}

/** The version that the provider takes when none is asked for. */
export function getDefaultVersion(provider: CatalogueProvider): string {
  const versions = getCatalogue().versions[provider];
  const chosen = versions.find((version) => version.default) ?? versions[0];
  return chosen?.exact.at(-1) ?? chosen?.minor ?? '';
}

/** All exact versions of a provider, newest first. */
export function listVersions(provider: CatalogueProvider): string[] {
  return getCatalogue().versions[provider].flatMap((version) => version.exact);
}

/** Whether a provider has a machine type. */
export function isMachine(provider: CatalogueProvider, machine: string): boolean {
  return findMachine(getCatalogue(), provider, machine) !== undefined;
}

/** What is known of a machine type, whichever provider has it. */
export function findMachineFacts(machine: string): Machine | undefined {
  const known = getCatalogue();
  return catalogueProviders
    .map((provider) => findMachine(known, provider, machine))
    .find((found) => found !== undefined);
}

/** How many minor versions lie between two versions; negative for a step back. */
export function countMinors(from: string, to: string): number {
  const minor = (version: string) => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? 0);
  return minor(to) - minor(from);
}
