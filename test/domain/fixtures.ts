// Requests, credentials and a day that the tests of the domain share.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import type { ClusterRequest, CredentialFacts } from '../../services/domain/cluster-spec.ts';
import type { ErrorDetail } from '../../services/domain/errors.ts';
import type { FleetRequest } from '../../services/domain/fleet-spec.ts';
import { type Provider, getCloud } from '../../services/domain/providers/registry.ts';
import type { ClusterContext } from '../../services/domain/resolve-cluster.ts';

export const catalogue = loadCatalogue();
export const now = new Date('2026-11-21T12:00:00Z');
/** What an installation for a try says of public endpoints. */
export const defaultAllowedCidrs = ['0.0.0.0/0'];

export const credentials = {
  eks: { id: 'cr_aws', name: 'aws-production', cloud: 'aws', account: '111122223333' },
  aks: { id: 'cr_azure', name: 'azure-production', cloud: 'azure', account: 'b7b4f3a0-0000-4000-8000-000000000001' },
  gke: { id: 'cr_gcp', name: 'gcp-ai', cloud: 'gcp', account: 'gcp-ai-1' },
} as const satisfies Record<string, CredentialFacts>;

const places = { eks: 'eu-central-1', aks: 'westeurope', gke: 'europe-west1' } as const;

/** A request that resolves as it is. */
export function buildRequest(provider: 'eks' | 'aks' | 'gke', changes: Partial<ClusterRequest> = {}): ClusterRequest {
  return {
    name: 'web',
    provider,
    region: places[provider],
    credential: credentials[provider].name,
    nodePools: [{ name: 'general', machine: { cpu: 4, memoryGiB: 16 }, count: { min: 3, max: 9 } }],
    ...changes,
  };
}

/** What a request of a provider is resolved with. */
export function buildContext(provider: 'eks' | 'aks' | 'gke', changes: Partial<ClusterContext> = {}): ClusterContext {
  return { catalogue, now, defaultAllowedCidrs, credential: credentials[provider], ...changes };
}

/** Reads one of the published examples. */
export function readExample(name: string): FleetRequest {
  return parse(readFileSync(new URL(`./examples/${name}.yaml`, import.meta.url), 'utf8')) as FleetRequest;
}

/** Answers for any name with a credential that fits where the document uses it. */
export function findCredentialOf(document: FleetRequest): (name: string) => CredentialFacts | undefined {
  const clouds = new Map<string, CredentialFacts['cloud']>();
  const hub = document.federation?.hub.credential;
  if (hub !== undefined) clouds.set(hub, 'kubernetes');
  for (const { credential, provider } of document.clusters as { credential?: string; provider: Provider }[]) {
    if (credential !== undefined) clouds.set(credential, getCloud(provider));
  }
  return (name) => {
    const cloud = clouds.get(name);
    return cloud === undefined ? undefined : { id: `cr_${name}`, name, cloud, account: `account of ${name}` };
  };
}

/** Pointers and codes, sorted, to compare with. */
export function summarize(details: readonly ErrorDetail[]): string[] {
  return details.map(({ pointer, code }) => `${pointer} ${code}`).toSorted();
}
