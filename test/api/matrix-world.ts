// Two projects with one of everything, and a request for each endpoint, for the matrix of access.
import type { Test } from 'tap';
import { type EndpointName, endpointTable } from '../../services/contract/schemas.ts';
import { isId, newId } from '../../services/domain/ids.ts';
import { createToken } from '../../services/store/tokens.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';
import { revokeToken } from '../store/fixtures.ts';
import { clusterRequest, openTestApi, type TestApi, standUp } from './fixtures.ts';

/** Which project a request is about, and where its things are. */
export type Scope = 'own' | 'theirs' | 'other' | 'none';

/** The world of the matrix. */
export type MatrixWorld = {
  /** Whether the path of an endpoint names something that belongs to a project. */
  isNamed(name: EndpointName): boolean;
  /** Ids of what stands in the other project. */
  strangeIds: string[];
  /** Calls an endpoint and returns what came; `fresh` makes what is named anew, for a call that may change it. */
  call(name: EndpointName, caller: string, scope: Scope, fresh: boolean): Promise<{ status: number; text: string }>;
};

type Side = 'first' | 'second';
type Kind =
  'cluster' | 'fleet' | 'federation' | 'placement' | 'operation' | 'credential' | 'addressSpace' | 'range' | 'token';
type Made = Record<string, string>;

const adminOf = { first: 'admin', second: 'other-admin' } as const;
const simulated = { provider: 'aws', simulated: true };
const pools = { nodes: '10.0.0.0/8', pods: '100.64.0.0/10', services: '172.24.0.0/13' };

/** Opens the application on a port of its own. */
export async function openMatrixWorld(t: Test): Promise<MatrixWorld> {
  const api = await openTestApi(t);
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const tokens = { ...api.tokens, ...(await makeDeadTokens(api)) } as Record<string, string>;
  let number = 0;
  const nextName = (): string => `n${(number += 1)}`;
  const standing: Record<Side, Made> = { first: await makeAll(api, 'first'), second: await makeAll(api, 'second') };
  return {
    strangeIds: Object.values(standing.second).filter((text) => isId(text)),
    isNamed: (name) => listNames(name).some((parameter) => parameter !== 'provider'),
    async call(name, caller, scope, fresh) {
      const { method, path, body, mergePatch = false } = endpointTable[name];
      const type = mergePatch ? 'application/merge-patch+json' : 'application/json';
      const side = scope === 'theirs' || scope === 'other' ? 'second' : 'first';
      const kind = fresh ? changed[name] : undefined;
      const made = { ...standing[side], ...(kind === undefined ? {} : await make(api, side, kind, nextName())) };
      const token = tokens[caller];
      const project = namesProject(caller, scope) ? (scope === 'other' ? 'second' : 'first') : undefined;
      const document = body === null ? undefined : (bodies[name]?.(made, nextName()) ?? {});
      const response = await fetch(
        url + path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => made[parameter] ?? '-'),
        {
          method,
          headers: {
            accept: 'application/json',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(project === undefined ? {} : { 'fleetyard-project': project }),
            ...(document === undefined ? {} : { 'content-type': type }),
          },
          ...(document === undefined ? {} : { body: JSON.stringify(document) }),
        },
      );
      return { status: response.status, text: await response.text() };
    },
  };
}

/** A platform administrator names every project, and others only one that is not theirs. */
function namesProject(caller: string, scope: Scope): boolean {
  return scope === 'other' || (caller === 'platform-admin' && scope !== 'none');
}

function listNames(name: EndpointName): string[] {
  return [...endpointTable[name].path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? '');
}

/** What a call uses up or moves on. */
const changed: Partial<Record<EndpointName, Kind>> = {
  deleteCluster: 'cluster',
  createClusterOperation: 'cluster',
  deleteFleet: 'fleet',
  deleteFederation: 'federation',
  createFederationOperation: 'federation',
  deletePlacement: 'placement',
  cancelOperation: 'operation',
  deleteCredential: 'credential',
  deleteAddressSpace: 'addressSpace',
  releaseRange: 'range',
  revokeToken: 'token',
};

const bodies: Partial<Record<EndpointName, (made: Made, name: string) => Record<string, unknown>>> = {
  createCluster: (_, name) => clusterRequest({ name }),
  applyCluster: ({ clusterName }) => clusterRequest({ name: clusterName }),
  createClusterOperation: () => ({ kind: 'abandon' }),
  patchCluster: () => ({}),
  patchFleet: () => ({}),
  createFleet: (_, name) => fleet(name),
  applyFleet: ({ fleetName }) => fleet(String(fleetName)),
  createFederation: (_, name) => federation(name),
  createFederationOperation: () => ({ kind: 'abandon' }),
  createPlacement: (made, name) => placement(String(made['placedFederation']), name),
  previewPlacement: (made, name) => placement(String(made['placedFederation']), name),
  applyPlacement: (made) => placement(String(made['placedFederation']), String(made['placementName'])),
  patchPlacement: () => ({}),
  cancelOperation: () => ({}),
  createCredential: (_, name) => ({ name, ...simulated }),
  createAddressSpace: (_, name) => ({ name, pools }),
  createProject: (_, name) => ({ name }),
  changeProject: () => ({ paused: false }),
  createToken: (_, name) => ({ name, role: 'viewer' }),
};

function fleet(name: string): Record<string, unknown> {
  return { name, clusters: [clusterRequest({ name: `${name}-one` })] };
}

function federation(name: string): Record<string, unknown> {
  return { name, engine: 'karmada', hub: { credential: 'demo-hub' } };
}

/** Each selects something else, for two that could select the same are refused. */
function placement(federation: string, name: string): Record<string, unknown> {
  return { name, federation, select: { apiVersion: 'apps/v1', kind: 'Deployment', name } };
}

async function makeAll(api: TestApi, side: Side): Promise<Made> {
  const project = side === 'first' ? api.projectId : api.otherProjectId;
  const made: Made = { project, provider: 'eks', clusterName: 'standing', fleetName: 'standing-fleet' };
  const names: Partial<Record<Kind, string>> = { cluster: 'standing', fleet: 'standing-fleet' };
  for (const kind of [
    'operation',
    'cluster',
    'fleet',
    'federation',
    'placement',
    'credential',
    'token',
    'range',
  ] as const) {
    Object.assign(made, await make(api, side, kind, names[kind] ?? `standing-${kind}`));
  }
  await standUp({ ...api, projectId: project }, String(made['cluster']));
  return made;
}

async function make(api: TestApi, side: Side, kind: Kind, name: string): Promise<Made> {
  const post = async (path: string, body: unknown) => {
    const answer = await api.send('POST', path, { token: api.tokens[adminOf[side]], body });
    if (answer.status >= 400) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  switch (kind) {
    case 'cluster':
      return { cluster: (await post('/v1/clusters', clusterRequest({ name }))).cluster.id };
    case 'operation':
      return { operation: (await post('/v1/clusters', clusterRequest({ name }))).operation.id };
    case 'fleet':
      return { fleet: (await post('/v1/fleets', fleet(name))).fleet.id };
    case 'federation':
      return { federation: (await post('/v1/federations', federation(name))).federation.id };
    case 'placement': {
      const { federation: placedFederation } = await make(api, side, 'federation', `${name}-federation`);
      await post('/v1/clusters', clusterRequest({ name: `${name}-member`, federation: String(placedFederation) }));
      const { placement: made } = await post('/v1/placements', placement(String(placedFederation), name));
      return { placement: made.id, placementName: name, placedFederation: String(placedFederation) };
    }
    case 'credential':
      return { credential: (await post('/v1/credentials', { name, ...simulated })).id };
    case 'addressSpace':
      return { addressSpace: (await post('/v1/address-spaces', { name, pools })).id };
    case 'token':
      return { token: (await post('/v1/tokens', { name, role: 'viewer' })).token.id };
    case 'range': {
      const { id: addressSpace } = await post('/v1/address-spaces', { name, pools });
      const range = newId('rg');
      await api.store.asSystem(
        ({ sql }) => sql`
          insert into ranges (id, project_id, address_space_id, space_number, role, range)
          select ${range}, project_id, id, number, 'foreign', '10.9.0.0/24' from address_spaces where id = ${addressSpace}
        `,
      );
      return { addressSpace, range };
    }
  }
}

async function makeDeadTokens(api: TestApi): Promise<Record<string, string>> {
  const expired = createTokenText();
  const revoked = createTokenText();
  await api.work(async (tx) => {
    const past = new Date(Date.now() - 60_000);
    await createToken(tx, { name: 'expired', role: 'admin', hash: hashToken(expired), expiresAt: past });
    await createToken(tx, { name: 'revoked', role: 'admin', hash: hashToken(revoked) });
    await revokeToken(tx, 'revoked');
  });
  return { 'an expired token': expired, 'a revoked token': revoked, 'a wrong token': createTokenText() };
}
