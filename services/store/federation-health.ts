// How hubs and members are, as a probe saw them: written beside all operations, and only where nothing is at work.

import { lockResource, refreshPhase, tableOf, type ResourceRef } from './resources.ts';
import { json, type Tx } from './transaction.ts';
import { isUnsettled } from './unsettled.ts';

/** How something was found, and since when it is so. */
export type Health = { ready: boolean; reason: string; since: string };

/** A hub that was found to be one. */
export type WatchedHub = {
  id: string;
  name: string;
  engine: string;
  hubCredentialId: string;
  health: Partial<Health> | null;
};

/** A cluster that stands in a federation. */
export type WatchedMember = {
  id: string;
  name: string;
  memberName: string;
  simulated: boolean;
  /** Whether its API server can be reached from outside of its network. */
  open: boolean;
  health: Partial<Health> | null;
  /** Changes when its API server may have moved. */
  stamp: string;
};

/** Where the API server of a member is; PEM in base64, or empty. */
export type MemberEndpoint = { id: string; endpoint: string; certificateAuthority: string };

/** Living federations whose hub was checked at some time. */
export async function listWatchedHubs(tx: Tx): Promise<WatchedHub[]> {
  return tx.sql<WatchedHub[]>`
    select id, name, engine, hub_credential_id, status -> 'hub' as health from federations f
    where deleted_at is null and observed_generation > 0
      and not exists (select 1 from operations where resource_id = f.id and ${isUnsettled(tx)})
  `;
}

/** Members of a federation that stand, and at which nothing is at work. */
export async function listWatchedMembers(tx: Tx, federationId: string): Promise<WatchedMember[]> {
  return tx.sql<WatchedMember[]>`
    select c.id, c.name, m.outputs ->> 'memberName' as member_name, c.simulated, c.status -> 'member' as health,
      coalesce((c.spec -> 'access' ->> 'public')::boolean, false) as open,
      concat(k.id, k.deployed_at) as stamp
    from clusters c
    join stacks m on m.cluster_id = c.id and m.layer = 'membership' and m.deployed_at is not null
    join stacks k on k.cluster_id = c.id and k.layer = 'cluster' and k.deployed_at is not null
    where c.federation_id = ${federationId} and c.deleted_at is null
      and not exists (select 1 from operations where resource_id = c.id and ${isUnsettled(tx)})
  `;
}

/** Where their API servers are. */
export async function listMemberEndpoints(tx: Tx, clusterIds: readonly string[]): Promise<MemberEndpoint[]> {
  if (clusterIds.length === 0) return [];
  return tx.sql<MemberEndpoint[]>`
    select cluster_id as id, coalesce(outputs ->> 'endpoint', '') as endpoint,
      coalesce(outputs ->> 'certificateAuthority', '') as certificate_authority
    from stacks where cluster_id = any(${clusterIds as string[]}::text[]) and layer = 'cluster'
  `;
}

/** Workers that told of themselves lately. */
export async function listLiveWorkers(tx: Tx): Promise<string[]> {
  const rows = await tx.sql<{ owner: string }[]>`
    select owner from workers where seen_at > clock_timestamp() - interval '20 seconds'
  `;
  return rows.map(({ owner }) => owner);
}

/** Writes how a resource was found, and the phase that follows; nothing once an operation is at work on it, or it is gone. */
export async function saveHealth(
  tx: Tx,
  resource: ResourceRef & { resourceKind: 'cluster' | 'federation' },
  health: Health & { kubernetesVersion?: string | null },
): Promise<void> {
  const { deletedAt } = await lockResource(tx, resource);
  if (deletedAt !== null) return;
  const part = resource.resourceKind === 'cluster' ? 'member' : 'hub';
  const { count } = await tx.sql`
    update ${tableOf(tx, resource.resourceKind)} set
      status = status || jsonb_build_object(${part}::text,
        coalesce(status -> ${part}, '{}') || jsonb_strip_nulls(${json(tx, health)})),
      updated_at = now()
    where id = ${resource.resourceId}
      and not exists (select 1 from operations where resource_id = ${resource.resourceId} and ${isUnsettled(tx)})
  `;
  if (count > 0) await refreshPhase(tx, resource);
}
