// What the ledger knows of control planes, whatever their kind: where each is, and which are to be closed.
import type { ControlPlane } from '../clouds/control-plane.ts';
import type { Ledger, Row } from '../ledger/ledger.ts';

/** A control plane from the acceptance of its cluster to its end. */
export type ControlPlaneRecord = {
  id: string;
  account: string;
  kind: string;
  /** Null until it is open. */
  version: string | null;
  /** Null until it is open, or found again. */
  plane: ControlPlane | null;
  /** Why it is lost; null for one that is not. */
  failure: string | null;
};

/** Notes a control plane that is to be opened. */
export function insertRecord(
  ledger: Ledger,
  { id, account, kind }: Pick<ControlPlaneRecord, 'id' | 'account' | 'kind'>,
) {
  ledger.run('insert into control_planes (id, account, kind) values (?, ?, ?)', id, account, kind);
}

/** Finds a record. */
export function findRecord(ledger: Ledger, id: string): ControlPlaneRecord | undefined {
  const row = ledger.get('select * from control_planes where id = ?', id);
  return row && readRecord(row);
}

/** Notes where an open control plane is, and its version. */
export function saveOpen(ledger: Ledger, plane: ControlPlane, version: string): void {
  ledger.run(
    'update control_planes set version = ?, authority = ?, certificate_authority = ?, failure = null where id = ?',
    version,
    plane.authority,
    plane.certificateAuthority,
    plane.id,
  );
}

/** Notes why a control plane that was open is lost. */
export function saveLoss(ledger: Ledger, id: string, reason: string): void {
  ledger.run('update control_planes set failure = ? where id = ?', reason, id);
}

/** Notes that the cluster has gone and its control plane is to follow. */
export function markReleased(ledger: Ledger, id: string): void {
  ledger.run('update control_planes set released = 1 where id = ?', id);
}

/** Those whose clusters have gone. */
export function listReleased(ledger: Ledger): ControlPlaneRecord[] {
  return ledger.all('select * from control_planes where released = 1 order by rowid').map(readRecord);
}

/** All of an account. */
export function listRecords(ledger: Ledger, account: string): ControlPlaneRecord[] {
  return ledger.all('select * from control_planes where account = ? order by rowid', account).map(readRecord);
}

/** Forgets one that is closed. */
export function removeRecord(ledger: Ledger, id: string): void {
  ledger.run('delete from control_planes where id = ?', id);
}

function readRecord(row: Row): ControlPlaneRecord {
  const [id, authority, certificate] = [String(row['id']), row['authority'], row['certificate_authority']];
  const isOpen = authority !== null && certificate !== null;
  return {
    id,
    account: String(row['account']),
    kind: String(row['kind']),
    version: row['version'] === null ? null : String(row['version']),
    failure: row['failure'] === null ? null : String(row['failure']),
    plane: isOpen ? { id, authority: String(authority), certificateAuthority: String(certificate) } : null,
  };
}
