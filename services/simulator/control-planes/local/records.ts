// What the ledger knows of local control planes beside what all kinds have: the address of each, what it shows the cloud, and its nodes' version.
import { randomBytes } from 'node:crypto';
import type { Ledger, Row } from '../../ledger/ledger.ts';
import type { LoopbackPlace } from './loopback-address.ts';

/** A local control plane. */
export type LocalRecord = {
  id: string;
  account: string;
  place: LoopbackPlace;
  /** The version that its nodes say. */
  version: string;
  /** Proves to the cloud that this API server asks. */
  webhookToken: string;
  /** Whether it stood once, so that its data have to be there. */
  opened: boolean;
};

/** Notes one that is about to be opened. */
export function insertLocalRecord(
  ledger: Ledger,
  given: Pick<LocalRecord, 'id' | 'account' | 'place' | 'version'>,
): LocalRecord {
  const record = { ...given, webhookToken: randomBytes(24).toString('base64url'), opened: false };
  ledger.run(
    'insert into local_control_planes (id, account, address, shift, version, webhook_token) values (?, ?, ?, ?, ?, ?)',
    record.id,
    record.account,
    record.place.address,
    record.place.shift,
    record.version,
    record.webhookToken,
  );
  return record;
}

/** Finds one. */
export function findLocalRecord(ledger: Ledger, id: string): LocalRecord | undefined {
  const row = ledger.get('select * from local_control_planes where id = ?', id);
  return row && readLocalRecord(row);
}

/** Notes that it stands, and the version of its nodes. */
export function markOpened(ledger: Ledger, id: string, version: string): void {
  ledger.run('update local_control_planes set opened = 1, version = ? where id = ?', version, id);
}

/** Forgets one. */
export function removeLocalRecord(ledger: Ledger, id: string): void {
  ledger.run('delete from local_control_planes where id = ?', id);
}

function readLocalRecord(row: Row): LocalRecord {
  return {
    id: String(row['id']),
    account: String(row['account']),
    place: { address: String(row['address']), shift: Number(row['shift']) },
    version: String(row['version']),
    webhookToken: String(row['webhook_token']),
    opened: row['opened'] === 1,
  };
}
