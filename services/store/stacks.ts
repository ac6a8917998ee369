// Pulumi stacks: one a layer of a cluster, each with a key of its own, its outputs and its last deployments.

import { randomBytes } from 'node:crypto';
import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import type { Layer } from '../domain/layers.ts';
import { holdLease, type Lease } from './leases.ts';
import { columns, json, only, type Tx } from './transaction.ts';

/** Which plugins a stack uses, for ever. */
export type StackHome = 'real' | 'simulated';

/** A stack as stored, without its secrets. */
export type StackRow = {
  id: string;
  projectId: string;
  clusterId: string;
  layer: Layer;
  /** Its name in Pulumi's state. */
  name: string;
  home: StackHome;
  /** Public outputs of the last `up`. */
  outputs: Record<string, unknown>;
  createdAt: Date;
  /** When outputs were last saved; null before, and once everything was destroyed. */
  deployedAt: Date | null;
  /** When everything of it was destroyed; null as soon as an `up` may have made something again. */
  destroyedAt: Date | null;
  /** When what it holds was let go of. */
  abandonedAt: Date | null;
};

/** What opens a stack. */
export type StackKey = { passphrase: string; salt: string };

/** How many deployments are kept of each stack. */
const snapshotsKept = 5;

const stackColumns = [
  'id',
  'projectId',
  'clusterId',
  'layer',
  'name',
  'home',
  'outputs',
  'createdAt',
  'deployedAt',
  'destroyedAt',
  'abandonedAt',
] as const satisfies (keyof StackRow)[];

/** What a stack's passphrase is sealed for. */
export const passphraseContext = (id: string): string => `stacks/${id}/passphrase`;
/** What a stack's safety copies are sealed for. */
export const snapshotContext = (id: string): string => `stacks/${id}/snapshot`;

/** The stack of a layer; made with a random passphrase at first, one that somebody else has ready if they say so. Throws `credential-mismatch` when it has another home. */
export async function getOrCreateStack(
  tx: Tx,
  wanted: { clusterId: string; layer: Layer; home: StackHome; name: string },
  takeKey: () => Promise<StackKey> = () => createStackKey(tx),
): Promise<StackRow> {
  const found = await findStack(tx, wanted);
  const stack = found ?? (await createStack(tx, wanted, await takeKey()));
  if (stack.home !== wanted.home) {
    const message = `The stack "${stack.name}" is ${stack.home} and cannot be used as a ${wanted.home} one.`;
    throw new FleetyardError('credential-mismatch', message);
  }
  return stack;
}

/** Finds the stack of a layer. */
export async function findStack(
  tx: Tx,
  { clusterId, layer }: { clusterId: string; layer: Layer },
): Promise<StackRow | undefined> {
  const [row] = await tx.sql<StackRow[]>`
    select ${columns(tx, stackColumns)} from stacks where cluster_id = ${clusterId} and layer = ${layer}
  `;
  return row;
}

/** The stacks of a cluster, in the order in which they were made. */
export async function listStacks(tx: Tx, clusterId: string): Promise<StackRow[]> {
  return tx.sql<StackRow[]>`
    select ${columns(tx, stackColumns)} from stacks where cluster_id = ${clusterId} order by id
  `;
}

/**
 * Those of the clusters that stand and lack one of the layers. A cluster whose API server only its own network reaches is none of them: nobody
 * here could mend it.
 */
export async function listLacking(
  tx: Tx,
  clusterIds: readonly string[],
  layers: readonly Layer[],
): Promise<Set<string>> {
  if (clusterIds.length === 0) return new Set();
  const rows = await tx.sql<{ id: string }[]>`
    select clusters.id from clusters join stacks on stacks.cluster_id = clusters.id and stacks.layer = 'cluster'
    where clusters.id = any (${[...clusterIds]}::text[]) and stacks.deployed_at is not null
      and (clusters.spec -> 'access' -> 'public') = 'true'::jsonb
      and exists (
        select from unnest(${[...layers]}::text[]) as wanted (layer)
        where not exists (
          select from stacks as other
          where other.cluster_id = clusters.id and other.layer = wanted.layer and other.deployed_at is not null
        )
      )
  `;
  return new Set(rows.map(({ id }) => id));
}

/** Opens the passphrase of a stack. */
export async function getStackKey(tx: Tx, stackId: string): Promise<StackKey> {
  const [row] = await tx.sql<{ passphraseEnc: Buffer; salt: string }[]>`
    select passphrase_enc, salt from stacks where id = ${stackId}
  `;
  if (row === undefined) throw new FleetyardError('not-found', `There is no stack "${stackId}".`);
  return { passphrase: tx.vault.open(row.passphraseEnc, passphraseContext(stackId)).toString('utf8'), salt: row.salt };
}

/** Saves what an `up` returned; no program returns a secret. Fenced by the operation's lease. */
export async function saveOutputs(
  tx: Tx,
  lease: Lease,
  { stackId, outputs }: { stackId: string; outputs: Record<string, unknown> },
): Promise<void> {
  await holdLease(tx, lease);
  await tx.sql`
    update stacks set
      outputs = ${json(tx, outputs)}, deployed_at = clock_timestamp(), destroyed_at = null
    where id = ${stackId}
  `;
}

/** Notes that everything of a stack is gone, and forgets its outputs: it does not stand. Fenced by the operation's lease. */
export async function markStackDestroyed(tx: Tx, lease: Lease, stackId: string): Promise<void> {
  await holdLease(tx, lease);
  await tx.sql`
    update stacks set
      outputs = '{}', deployed_at = null, destroyed_at = clock_timestamp()
    where id = ${stackId}
  `;
}

/** Notes that what the stacks of a cluster hold is nobody's any more. Fenced by the operation's lease. */
export async function markStacksAbandoned(tx: Tx, lease: Lease, clusterId: string): Promise<void> {
  await holdLease(tx, lease);
  await tx.sql`
    update stacks set abandoned_at = coalesce(abandoned_at, clock_timestamp())
    where cluster_id = ${clusterId} and destroyed_at is null
  `;
}

/** Keeps a deployment before it is changed, sealed; only the newest five stay. Fenced by the operation's lease. */
export async function saveSnapshot(
  tx: Tx,
  lease: Lease,
  { stackId, deployment }: { stackId: string; deployment: unknown },
): Promise<void> {
  await holdLease(tx, lease);
  const sealed = tx.vault.seal(JSON.stringify(deployment), snapshotContext(stackId));
  await tx.sql`
    insert into snapshots (stack_id, project_id, operation_id, deployment_enc)
    select id, project_id, ${lease.operationId}, ${sealed} from stacks where id = ${stackId}
  `;
  await tx.sql`
    delete from snapshots where stack_id = ${stackId} and taken_at not in (
      select taken_at from snapshots where stack_id = ${stackId} order by taken_at desc limit ${snapshotsKept}
    )
  `;
}

/** Opens the newest kept deployment of a stack. */
export async function findSnapshot(tx: Tx, stackId: string): Promise<unknown> {
  const [row] = await tx.sql<{ deploymentEnc: Buffer }[]>`
    select deployment_enc from snapshots where stack_id = ${stackId} order by taken_at desc limit 1
  `;
  if (row === undefined) return undefined;
  return JSON.parse(tx.vault.open(row.deploymentEnc, snapshotContext(stackId)).toString('utf8'));
}

async function createStackKey({ vault }: Tx): Promise<StackKey> {
  const passphrase = randomBytes(32).toString('base64url');
  return { passphrase, salt: await vault.createStackSalt(passphrase) };
}

async function createStack(
  tx: Tx,
  { clusterId, layer, home, name }: { clusterId: string; layer: Layer; home: StackHome; name: string },
  { passphrase, salt }: StackKey,
): Promise<StackRow> {
  const id = newId(idPrefixes.stack);
  const sealed = tx.vault.seal(passphrase, passphraseContext(id));
  await tx.sql`
    insert into stacks (id, project_id, cluster_id, layer, name, home, passphrase_enc, salt)
    select ${id}, project_id, id, ${layer}, ${name}, ${home}, ${sealed}, ${salt} from clusters where id = ${clusterId}
    on conflict (cluster_id, layer) do nothing
  `;
  return only(
    await tx.sql<StackRow[]>`
      select ${columns(tx, stackColumns)} from stacks where cluster_id = ${clusterId} and layer = ${layer}
    `,
  );
}
