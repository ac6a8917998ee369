// The API servers that the ledger plays, of clusters and hubs: what version each says, and the objects it starts with.
import { randomUUID } from 'node:crypto';
import type { Ledger, Row } from '../../ledger/ledger.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import { getAuthority } from '../authority.ts';

/** An API server as the ledger keeps it. */
export type ApiServer = {
  id: string;
  account: string;
  role: 'member' | 'hub';
  version: string;
  /** PEM. */
  certificateAuthority: string;
};

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const HUB_VERSION = 'v1.31.3';

/** Makes an API server with the objects that all have. */
export function openApiServer(ledger: Ledger, asked: Omit<ApiServer, 'certificateAuthority'>, now: Date): ApiServer {
  const certificateAuthority = getAuthority(ledger, now).certificate;
  const server = { ...asked, version: spellVersion(asked.version), certificateAuthority };
  ledger.run(
    'insert into api_servers (id, account, role, version, certificate_authority) values (?, ?, ?, ?, ?)',
    server.id,
    server.account,
    server.role,
    server.version,
    server.certificateAuthority,
  );
  for (const name of SYSTEM_NAMESPACES) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } };
    addSystemObject(ledger, server, 'kubernetes:core/v1:Namespace', namespace, now);
  }
  return server;
}

/** The hub of a simulated credential; it is there as soon as somebody asks for it. */
export function openHub(ledger: Ledger, account: string, now: Date): ApiServer {
  const id = `hub-${account}`;
  const open = () => openApiServer(ledger, { id, account, role: 'hub', version: HUB_VERSION }, now);
  return findApiServer(ledger, id) ?? open();
}

/** Finds an API server. */
export function findApiServer(ledger: Ledger, id: string): ApiServer | undefined {
  const row = ledger.get('select * from api_servers where id = ?', id);
  return row && readApiServer(row);
}

/** Removes an API server and every object in it, as the deletion of a cluster does. */
export function closeApiServer(ledger: Ledger, id: string, now: Date): void {
  const server = findApiServer(ledger, id);
  if (!server) return;
  ledger.run('delete from api_servers where id = ?', id);
  const at = now.toISOString();
  for (const object of listObjects(ledger, server.account, id)) {
    ledger.removeResource(object);
    if (object.system) continue;
    const { account, type, urn, inputs } = object;
    const entry = { account, at, action: 'delete' as const, type, id: object.id, urn, caller: 'cloud', inputs };
    ledger.record({ ...entry, outcome: 'done', error: null });
  }
}

/** Says another version, as after an upgrade. */
export function setVersion(ledger: Ledger, id: string, version: string): void {
  ledger.run('update api_servers set version = ? where id = ?', spellVersion(version), id);
}

/** All objects of an API server; the ledger keeps them as resources whose region is the server. */
export function listObjects(ledger: Ledger, account: string, id: string): Resource[] {
  return ledger.listResourcesIn(account, id).filter((resource) => resource.type.startsWith('kubernetes:'));
}

/** Adds an object that the server makes itself. */
export function addSystemObject(
  ledger: Ledger,
  server: Pick<ApiServer, 'id' | 'account'>,
  type: string,
  object: Values,
  now: Date,
): void {
  const metadata = object['metadata'] as { name: string; namespace?: string };
  const at = now.toISOString();
  const uid = randomUUID();
  const outputs = { ...object, metadata: { ...metadata, uid, creationTimestamp: at, resourceVersion: '1' } };
  ledger.saveResource({
    account: server.account,
    type,
    id: [server.id, ...(metadata.namespace ? [metadata.namespace] : []), metadata.name].join('/'),
    name: metadata.name,
    region: server.id,
    state: 'ready',
    inputs: object,
    outputs,
    urn: '',
    createdAt: at,
    updatedAt: at,
    system: true,
    controlPlane: null,
  });
}

/** Kubernetes writes a `v` before the number. */
function spellVersion(version: string): string {
  return `v${version.replace(/^v/, '')}`;
}

function readApiServer(row: Row): ApiServer {
  return {
    id: String(row['id']),
    account: String(row['account']),
    role: String(row['role']) as ApiServer['role'],
    version: String(row['version']),
    certificateAuthority: String(row['certificate_authority']),
  };
}
