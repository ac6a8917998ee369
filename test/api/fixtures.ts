// The application on a real database and a real Redis, with two projects, a token of each role and simulated credentials.
import type { Test } from 'tap';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { buildApp } from '../../services/api/app.ts';
import { openAuditTrail } from '../../services/api/audit-trail.ts';
import type { Parts } from '../../services/api/call.ts';
import { describeEvent, describePlacedEvent } from '../../services/api/describe-resources.ts';
import { createTokens } from '../../services/api/known-tokens.ts';
import { createMetrics } from '../../services/api/metrics.ts';
import { createMonitoringGate } from '../../services/http/monitoring.ts';
import { openEventFeed } from '../../services/api/streams/event-feed.ts';
import { createEventStreams } from '../../services/api/streams/event-streams.ts';
import { readContractDocument } from '../../services/contract/document.ts';
import type { RateLimits } from '../../services/limits/rate-limits.ts';
import { createDelivery } from '../../services/queue/deliver-signals.ts';
import { type OperationProducer, openOperationProducer } from '../../services/queue/operation-producer.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { eventChannel } from '../../services/store/events.ts';
import { countOpenOperations } from '../../services/store/operation-counts.ts';
import type { Store } from '../../services/store/open-store.ts';
import { getOrCreateStack } from '../../services/store/stacks.ts';
import type { Tx } from '../../services/store/transaction.ts';
import { createToken, type TokenRole } from '../../services/store/tokens.ts';
import type { Vault } from '../../services/vault/vault.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { openTestStore } from '../store/fixtures.ts';

/** An answer, parsed. */
export type TestAnswer = { status: number; headers: Record<string, unknown>; body: Json; text: string };

// Answers are checked against the contract by the application itself; tests look into them freely.
type Json = ReturnType<typeof JSON.parse>;

/** What a request of a test may say beside its address. */
export type TestRequest = {
  body?: unknown;
  /** Sent as YAML. */
  yaml?: unknown;
  /** Sent as it is, with its content type. */
  raw?: { text: string; type: string };
  token?: string;
  headers?: Record<string, string>;
};

/** The open application. */
export type TestApi = {
  app: FastifyInstance;
  parts: Parts;
  /** Of the database. */
  url: string;
  adminUrl: string;
  vault: Vault;
  store: Store;
  queue: OperationProducer;
  projectId: string;
  otherProjectId: string;
  tokens: Record<TokenRole | 'other-operator' | 'other-admin', string>;
  work<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  send(method: string, path: string, request?: TestRequest): Promise<TestAnswer>;
  /** Rows and jobs that a refused request could have left behind. */
  countLeftovers(): Promise<{ rows: number; jobs: number }>;
};

/** Good for measurements. */
export const metricsToken = 'a-token-for-measurements';

/** Streams that tell soon what they have to tell. */
export const testStreams = {
  heartbeatMs: 50,
  tokenCheckMs: 50,
  stallMs: 1_000,
  projectPauseMs: 5,
  bounds: { token: 50, project: 200, process: 1_000 },
};

/** Limits that limit nobody. */
export const countNothing: RateLimits = { count: async () => [], findWait: () => 0, close: () => undefined };

const today = new Date('2026-06-01T00:00:00Z');

/** Opens the application; every answer is checked against the contract. */
export async function openTestApi(
  t: Test,
  { enqueue, ...overrides }: Partial<Parts> & Partial<Pick<OperationProducer, 'enqueue'>> = {},
): Promise<TestApi> {
  const { url: redisUrl, prefix } = createTestRedis(t);
  const queue = openOperationProducer({ redisUrl, prefix });
  const onCommitted = createDelivery(enqueue === undefined ? queue : { enqueue }, () => undefined);
  const { store, url, adminUrl, vault, projectId, otherProjectId, work } = await openTestStore(t, {
    max: 20,
    onCommitted,
  });
  const feed = await openEventFeed(store, eventChannel);
  const log = pino({ level: 'silent' });
  const trail = openAuditTrail({ store, log, everyMs: 5 });
  const counts = {
    countOperations: () => store.asSystem(countOpenOperations) as Promise<Record<string, number>>,
    countJobs: () => queue.countJobs() as Promise<Record<string, number>>,
  };
  const closing = overrides.closing ?? new AbortController().signal;
  const parts: Parts = {
    store,
    queue,
    trail,
    streams: createEventStreams({
      store,
      feed,
      closing,
      ...testStreams,
      describe: describeEvent,
      describePlaced: describePlacedEvent,
      onError: (error) => t.comment(String(error)),
    }),
    limits: countNothing,
    mayMonitor: createMonitoringGate(metricsToken),
    catalogue: loadCatalogue(),
    document: readContractDocument(),
    defaultAllowedCidrs: ['0.0.0.0/0'],
    clock: () => today,
    tokens: createTokens(),
    metrics: createMetrics(counts, log, false),
    closing,
    listSelected: async () => [],
    mintKubeconfig: async ({ name }) => ({ kubeconfig: `current-context: ${name}\n`, expiresAt: today }),
    ...overrides,
  };
  const app = buildApp({ logger: log, checkResponses: true, parts });
  t.teardown(async () => {
    await app.close();
    await trail.close();
    await feed.close();
    await queue.close();
  });
  const tokens = await makeTokens(store, projectId, otherProjectId);
  for (const project of [projectId, otherProjectId]) await store.asProject(project, makeCredentials);
  return {
    app,
    parts,
    url,
    adminUrl,
    vault,
    store,
    queue,
    projectId,
    otherProjectId,
    tokens,
    work,
    send: (method, path, request = {}) => send(app, method, path, { token: tokens.admin, ...request }),
    countLeftovers: async () => ({
      rows: await store.asSystem(countRows),
      jobs: Object.values(await queue.countJobs()).reduce((sum, count) => sum + count, 0),
    }),
  };
}

/** What the layers of a cluster hand back, as far as a kubeconfig needs it. */
const standingOutputs = {
  cluster: { endpoint: 'https://127.0.0.1:1', certificateAuthority: '', physicalName: 'x' },
  addons: {
    namespace: 'fleetyard-system',
    accounts: { viewer: 'fleetyard-viewer', operator: 'fleetyard-operator', admin: 'fleetyard-admin' },
  },
};

/** A cluster of which the API believes that these layers of it stand. */
export async function standUp(
  { store, projectId }: Pick<TestApi, 'store' | 'projectId'>,
  clusterId: string,
  layers: readonly (keyof typeof standingOutputs)[] = ['cluster', 'addons'],
): Promise<void> {
  for (const layer of layers) {
    const wanted = { clusterId, layer, home: 'simulated', name: `${clusterId}-${layer}` } as const;
    const { id } = await store.asProject(projectId, (tx) => getOrCreateStack(tx, wanted));
    const outputs = JSON.stringify(standingOutputs[layer]);
    await store.asSystem(
      ({ sql }) => sql`update stacks set deployed_at = now(), outputs = ${outputs}::text::jsonb where id = ${id}`,
    );
  }
}

async function send(app: FastifyInstance, method: string, path: string, request: TestRequest): Promise<TestAnswer> {
  const { body, yaml, raw, token, headers = {} } = request;
  const sent: { payload?: string; type?: string } =
    raw !== undefined
      ? { payload: raw.text, type: raw.type }
      : yaml !== undefined
        ? { payload: stringify(yaml), type: 'application/yaml' }
        : body !== undefined
          ? { payload: JSON.stringify(body), type: 'application/json' }
          : {};
  const options: InjectOptions = {
    method: method as 'GET',
    url: path,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(sent.type === undefined ? {} : { 'content-type': sent.type }),
      ...headers,
    },
    ...(sent.payload === undefined ? {} : { payload: sent.payload }),
  };
  const response = await app.inject(options);
  const isJson = /json(;|$)/.test(String(response.headers['content-type'] ?? ''));
  const text = response.payload;
  return { status: response.statusCode, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

async function makeTokens(store: Store, projectId: string, otherProjectId: string): Promise<TestApi['tokens']> {
  const make = async (role: TokenRole, project: string | null): Promise<string> => {
    const token = createTokenText();
    const insert = (tx: Tx) => createToken(tx, { name: `test-${role}`, role, hash: hashToken(token) });
    await (project === null ? store.asSystem(insert) : store.asProject(project, insert));
    return token;
  };
  return {
    viewer: await make('viewer', projectId),
    operator: await make('operator', projectId),
    admin: await make('admin', projectId),
    'platform-admin': await make('platform-admin', null),
    'other-operator': await make('operator', otherProjectId),
    'other-admin': await make('admin', otherProjectId),
  };
}

async function makeCredentials(tx: Tx): Promise<void> {
  const simulated = { simulated: true, secret: { token: 'a-simulated-token' } };
  await createCredential(tx, {
    ...simulated,
    name: 'demo-aws',
    provider: 'aws',
    attributes: { accountId: '111122223333' },
  });
  await createCredential(tx, {
    ...simulated,
    name: 'demo-azure',
    provider: 'azure',
    attributes: { subscriptionId: 'sub' },
  });
  await createCredential(tx, { ...simulated, name: 'demo-gcp', provider: 'gcp', attributes: { project: 'demo' } });
  await createCredential(tx, { ...simulated, name: 'demo-hub', provider: 'kubernetes', attributes: {} });
}

async function countRows({ sql }: Tx): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    select ((select count(*) from clusters) + (select count(*) from fleets) + (select count(*) from federations)
      + (select count(*) from operations) + (select count(*) from steps) + (select count(*) from events)
      + (select count(*) from ranges))::integer as total
  `;
  return row?.total ?? -1;
}

/** A cluster's request that is fine as it is. */
export function clusterRequest(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'web',
    provider: 'eks',
    region: 'eu-central-1',
    credential: 'demo-aws',
    kubernetesVersion: '1.35',
    nodePools: [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 } }],
    ...changes,
  };
}

/** A fleet's document that is fine as it is: one cluster on each of three clouds. */
export function fleetRequest(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const nodePools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 } }];
  return {
    name: 'three-clouds',
    federation: { engine: 'karmada', hub: { credential: 'demo-hub' } },
    defaults: { kubernetesVersion: '1.35' },
    clusters: [
      { name: 'on-aws', provider: 'eks', region: 'eu-central-1', credential: 'demo-aws', nodePools },
      { name: 'on-azure', provider: 'aks', region: 'westeurope', credential: 'demo-azure', nodePools },
      { name: 'on-google', provider: 'gke', region: 'asia-east1', credential: 'demo-gcp', nodePools },
    ],
    ...changes,
  };
}
