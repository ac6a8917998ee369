// The API servers of simulated clusters and hubs: where each answers, what version it says, and the objects it starts with.
import { randomBytes, randomUUID } from 'node:crypto';
import { createAuthorityCertificate } from './certificate.ts';
import type { Ledger } from './ledger.ts';
import type { ControlPlane, Resource, Values } from './resource-type.ts';

/** A control plane as the ledger keeps it. */
export type ControlPlaneRow = {
  id: string;
  account: string;
  kind: 'member' | 'hub';
  version: string;
  certificateAuthority: string;
};

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const HUB_VERSION = 'v1.31.3';

/** Opens the API server of a new cluster. */
export function openControlPlane(
  ledger: Ledger,
  options: { account: string; host: string; version: string; now: Date },
): ControlPlane {
  const id = randomBytes(12).toString('hex');
  const version = `v${options.version.replace(/^v/, '')}`;
  const row = {
    id,
    account: options.account,
    kind: 'member' as const,
    version,
    certificateAuthority: createAuthorityCertificate(`kubernetes-${id}`, options.now),
  };
  insertControlPlane(ledger, row, options.now);
  return { id, authority: `${options.host}/k8s/${id}`, certificateAuthority: row.certificateAuthority };
}

/** The hub of a simulated credential; it is there as soon as somebody asks for it. */
export function openHub(ledger: Ledger, account: string, now: Date): ControlPlaneRow {
  const id = `hub-${account}`;
  const known = findRow(ledger, id);
  if (known) return known;
  const row = {
    id,
    account,
    kind: 'hub' as const,
    version: HUB_VERSION,
    certificateAuthority: createAuthorityCertificate(`kubernetes-${id}`, now),
  };
  insertControlPlane(ledger, row, now);
  return row;
}

/** Finds a control plane and says where it answers. */
export function findControlPlane(ledger: Ledger, host: string, id: string): ControlPlane | undefined {
  const row = findRow(ledger, id);
  return row && { id, authority: `${host}/k8s/${id}`, certificateAuthority: row.certificateAuthority };
}

/** Finds a control plane's row. */
export function findRow(ledger: Ledger, id: string): ControlPlaneRow | undefined {
  const row = ledger.get('select * from control_planes where id = ?', id);
  return (
    row && {
      id,
      account: String(row['account']),
      kind: String(row['kind']) as ControlPlaneRow['kind'],
      version: String(row['version']),
      certificateAuthority: String(row['certificate_authority']),
    }
  );
}

/** Removes an API server and every object in it, as the deletion of a cluster does. */
export function closeControlPlane(ledger: Ledger, account: string, id: string, now: Date): void {
  ledger.run('delete from control_planes where id = ?', id);
  const at = now.toISOString();
  for (const object of listObjects(ledger, account, id)) {
    ledger.removeResource(object);
    if (object.system) continue;
    const { type, urn, inputs } = object;
    const entry = { account, at, action: 'delete' as const, type, id: object.id, urn, caller: 'cloud', inputs };
    ledger.record({ ...entry, outcome: 'done', error: null });
  }
}

/** Says the version after an upgrade. */
export function setVersion(ledger: Ledger, id: string, version: string): void {
  ledger.run('update control_planes set version = ? where id = ?', `v${version.replace(/^v/, '')}`, id);
}

/** All objects of a control plane; the ledger keeps them as resources whose region is the control plane. */
export function listObjects(ledger: Ledger, account: string, id: string): Resource[] {
  return ledger.listResourcesIn(account, id).filter((resource) => resource.type.startsWith('kubernetes:'));
}

/** Adds an object that the control plane makes itself. */
export function addSystemObject(
  ledger: Ledger,
  row: Pick<ControlPlaneRow, 'id' | 'account'>,
  type: string,
  object: Values,
  now: Date,
): void {
  const metadata = object['metadata'] as { name: string; namespace?: string };
  const at = now.toISOString();
  const uid = randomUUID();
  const outputs = { ...object, metadata: { ...metadata, uid, creationTimestamp: at, resourceVersion: '1' } };
  ledger.saveResource({
    account: row.account,
    type,
    id: [row.id, ...(metadata.namespace ? [metadata.namespace] : []), metadata.name].join('/'),
    name: metadata.name,
    region: row.id,
    state: 'ready',
    inputs: object,
    outputs,
    urn: '',
    createdAt: at,
    updatedAt: at,
    system: true,
  });
}

function insertControlPlane(ledger: Ledger, row: ControlPlaneRow, now: Date): void {
  ledger.run(
    'insert into control_planes (id, account, kind, version, certificate_authority) values (?, ?, ?, ?, ?)',
    row.id,
    row.account,
    row.kind,
    row.version,
    row.certificateAuthority,
  );
  for (const name of SYSTEM_NAMESPACES) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } };
    addSystemObject(ledger, row, 'kubernetes:core/v1:Namespace', namespace, now);
  }
}
