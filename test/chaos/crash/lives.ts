// The life of one cluster with a death in each of its operations: made, changed and removed, each brought to its end by the next worker.
import { applyCluster } from '../../../services/changes/apply-cluster.ts';
import { createCluster } from '../../../services/changes/create-cluster.ts';
import { deleteCluster } from '../../../services/changes/delete-cluster.ts';
import type { Schemas } from '../../../services/contract/schemas.ts';
import { expireLeases } from '../../../services/store/leases.ts';
import { getOperation, type OperationRow } from '../../../services/store/operations.ts';
import { runOperation } from '../../helpers/run-operation.ts';
import { listKnownResources } from '../judge/collect.ts';
import { findDuplicates, findOrphans, findPhantoms, findRemains } from '../judge/judge.ts';
import { killStepsNow, type CrashBench } from './bench.ts';
import { createMortalStore, WorkerDied, type DeathAt } from './mortal-store.ts';

/** Providers that have simulated clouds, with the clouds. */
export const clouds = { eks: 'aws', aks: 'azure', gke: 'gcp' } as const;
const regions = { eks: 'eu-central-1', aks: 'westeurope', gke: 'europe-west1' } as const;

/** A provider of clusters. */
export type Provider = keyof typeof clouds;

/** The operations of a life, in their order. */
export const kinds = ['create', 'update', 'delete'] as const;
export type Kind = (typeof kinds)[number];

/** Where a worker dies, with all of its processes: at a write of the clouds' ledger or of the database. */
export type CrashPoint = { of: 'ledger' | 'database' } & DeathAt;

/** The points of a life; an operation without one is left in peace. */
export type Life = { provider: Provider; name: string; points: Partial<Record<Kind, CrashPoint>> };

/** How many points each operation had, and what was wrong in the end. */
export type LifeReport = {
  writes: Record<Kind, { ledger: number; database: number }>;
  /** Whether each death came, or the operation ended before. */
  died: Kind[];
  faults: string[];
};

const settled = ['succeeded', 'failed', 'cancelled', 'needs_attention'];
const turnsAllowed = 12;

/** Lives one life. */
export async function liveLife(bench: CrashBench, { provider, name, points }: Life): Promise<LifeReport> {
  const credential = `credential-${name}`;
  const account = await bench.addCredential(credential, clouds[provider]);
  const report: LifeReport = { writes: { create: none(), update: none(), delete: none() }, died: [], faults: [] };
  for (const kind of kinds) {
    const operation = await ask(bench, kind, buildRequest(provider, name, credential, kind));
    const end = await runToEnd(bench, operation.id, points[kind]);
    report.writes[kind] = { ledger: end.ledger, database: end.database };
    if (end.died) report.died.push(kind);
    const say = (fault: string): void => void report.faults.push(`${kind}: ${fault}`);
    if (end.operation.state !== 'succeeded') say(`${end.operation.state}: ${end.operation.error?.message ?? ''}`);
    await judge(bench, account, kind, say);
    if (end.operation.state !== 'succeeded') break;
  }
  return report;
}

function none(): { ledger: number; database: number } {
  return { ledger: 0, database: 0 };
}

function buildRequest(provider: Provider, name: string, credential: string, kind: Kind): Schemas['ClusterRequest'] {
  return {
    name,
    provider,
    credential,
    region: regions[provider],
    kubernetesVersion: '1.35',
    nodePools: [
      { name: 'general', machine: { cpu: 4, memoryGiB: 16 }, count: { min: 1, max: kind === 'create' ? 2 : 3 } },
    ],
  };
}

async function ask(bench: CrashBench, kind: Kind, request: Schemas['ClusterRequest']): Promise<OperationRow> {
  const named = { idOrName: request.name };
  const { operation } = await bench.change((change) => {
    if (kind === 'create') return createCluster(change, request);
    return kind === 'update' ? applyCluster(change, { ...named, request }) : deleteCluster(change, named);
  });
  if (operation === null) throw new Error(`the ${kind} of ${request.name} has no operation`);
  return operation;
}

type End = { operation: OperationRow; died: boolean; ledger: number; database: number };

/** A worker begins, and dies at its point; the next ones take turns until the operation has come to rest. */
async function runToEnd(bench: CrashBench, id: string, point: CrashPoint | undefined): Promise<End> {
  const deathAt = point?.of === 'database' ? point : undefined;
  const first = createMortalStore(bench.store, deathAt, () => killStepsNow(id));
  let ledger = 0;
  bench.hear((side, { action, outcome }) => {
    if (first.dead || outcome !== 'done') return;
    if (side === 'before') ledger += 1;
    if (point?.of !== 'ledger' || ledger !== point.write || side !== point.side) return;
    first.die();
    // The request never got there. What a cloud has begun to delete goes on by itself.
    if (side === 'before' && action !== 'delete') throw new Error('the caller is gone');
  });
  let operation = await takeTurn(bench, first.store, id, 'first');
  for (let turn = 1; turn < turnsAllowed && !settled.includes(operation.state); turn += 1) {
    await bench.store.asSystem(async (tx) => {
      await tx.sql`update operations set lease_until = clock_timestamp() - interval '1 second' where id = ${id} and lease_until is not null`;
      await expireLeases(tx);
    });
    operation = await takeTurn(bench, bench.store, id, `turn-${turn}`);
  }
  bench.hear(undefined);
  return { operation, died: first.dead, ledger, database: first.writes() };
}

async function takeTurn(
  bench: CrashBench,
  store: CrashBench['store'],
  id: string,
  owner: string,
): Promise<OperationRow> {
  try {
    await runOperation(bench.createContext(store, owner), new Map(), id);
  } catch (error) {
    if (!(error instanceof WorkerDied)) throw error;
  }
  return bench.store.asSystem((tx) => getOperation(tx, id));
}

async function judge(bench: CrashBench, account: string, kind: Kind, say: (fault: string) => void): Promise<void> {
  const accounts = [
    {
      account,
      resources: await bench.simulator.listResources(account),
      entries: await bench.simulator.listLedger(account),
    },
  ];
  const prefixes = [prefixOf(accounts[0]?.resources), 'kubernetes:'];
  const known = (await listKnownResources(bench.stateSql)).filter(({ type }) =>
    prefixes.some((prefix) => type.startsWith(prefix)),
  );
  for (const each of findDuplicates(accounts)) say(`made twice: ${each}`);
  if (kind === 'delete') {
    for (const each of findRemains(accounts)) say(`left behind: ${each}`);
    return;
  }
  for (const each of findOrphans({ accounts, known })) say(`unknown to its stack: ${each}`);
  for (const each of findPhantoms({ accounts, known })) say(`known and not there: ${each}`);
}

function prefixOf(resources: readonly { type: string }[] = []): string {
  return resources[0]?.type.split(':')[0] ?? '';
}
