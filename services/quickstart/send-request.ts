// Sends a fleet document: makes the simulated credentials that it names, then applies it by its name.

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { unwrap, type FleetyardClient } from '../contract/client.ts';
import type { Schemas } from '../contract/schemas.ts';
import type { ClusterProgress } from './follow-fleet.ts';

type CredentialProvider = Schemas['CredentialProvider'];

/** A credential that a document names, and the cloud that it must be for. */
export type NamedCredential = { name: string; provider: CredentialProvider };

/** The cloud whose credential each provider needs, by the provider's name. */
export type CloudsByProvider = ReadonlyMap<unknown, CredentialProvider>;

/** The words of a document that matter here; the API checks the rest. */
type LooseDocument = {
  name?: unknown;
  federation?: { hub?: { credential?: unknown } };
  defaults?: { credential?: unknown };
  clusters?: { provider?: unknown; credential?: unknown }[];
};

/** Reads a fleet document, YAML or JSON. Throws with the file's name when it can't be read or has no name. */
export async function readDocument(file: string): Promise<Schemas['FleetRequest']> {
  let document: unknown;
  try {
    document = parse(await readFile(file, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw new Error(`${file} can't be read: ${(error as Error).message}`);
  }
  if (typeof document !== 'object' || document === null || typeof (document as LooseDocument).name !== 'string') {
    throw new Error(`${file} is no fleet document: it has no name`);
  }
  return document as Schemas['FleetRequest'];
}

/** Asks the catalogue which cloud's credential each provider needs. */
export async function readClouds(client: FleetyardClient): Promise<CloudsByProvider> {
  const { items } = unwrap(await client.GET('/v1/catalogue/providers'));
  return new Map(items.map(({ name, credentialProvider }) => [name, credentialProvider]));
}

/** Every credential that the document names, once. */
export function listNamedCredentials(document: Schemas['FleetRequest'], clouds: CloudsByProvider): NamedCredential[] {
  const { federation, defaults, clusters } = document as LooseDocument;
  const named = new Map<string, CredentialProvider>();
  const add = (name: unknown, provider: CredentialProvider | undefined): void => {
    if (typeof name === 'string' && provider !== undefined && !named.has(name)) named.set(name, provider);
  };
  add(federation?.hub?.credential, 'kubernetes');
  for (const cluster of Array.isArray(clusters) ? clusters : []) {
    add(cluster?.credential ?? defaults?.credential, clouds.get(cluster?.provider));
  }
  return [...named].map(([name, provider]) => ({ name, provider }));
}

/** Makes each named credential that does not exist as a simulated one; returns the names of those that were made. */
export async function ensureCredentials(
  client: FleetyardClient,
  named: NamedCredential[],
  controlPlanes: Schemas['ControlPlanes'],
): Promise<string[]> {
  const made: string[] = [];
  for (const { name, provider } of named) {
    const found = await client.GET('/v1/credentials/{credential}', { params: { path: { credential: name } } });
    if (found.data !== undefined) continue;
    const answer = await client.POST('/v1/credentials', {
      body: { name, provider, simulated: true, controlPlanes },
    });
    // What can't be made yet is named by the answer to the fleet's document, with everything else that is wrong there.
    if (answer.error?.type.endsWith(':not-built-yet') === true) continue;
    unwrap(answer);
    made.push(name);
  }
  return made;
}

/** Applies the document. The same document twice changes nothing; throws the API's problem for one that it refuses. */
export async function applyDocument(
  client: FleetyardClient,
  document: Schemas['FleetRequest'],
): Promise<Schemas['FleetChange']> {
  return unwrap(await client.PUT('/v1/fleets/{fleet}', { params: { path: { fleet: document.name } }, body: document }));
}

/** Retries what failed in an earlier run; returns the names of the clusters that are tried again. */
export async function retryFailures(client: FleetyardClient, clusters: ClusterProgress[]): Promise<string[]> {
  const failed = clusters.filter((cluster) => cluster.phase === 'failed' && cluster.operation !== null);
  for (const { operation } of failed) {
    unwrap(await client.POST('/v1/operations/{operation}/retry', { params: { path: { operation: operation ?? '' } } }));
  }
  return failed.map((cluster) => cluster.name);
}
