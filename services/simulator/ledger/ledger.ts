// The SQLite file of the simulated clouds: accounts, resources, faults, quotas, control planes, and the record of every
// change. Only the daemon opens it.
import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { hashSimulatedToken, readControlPlanes } from '../../domain/simulated-account.ts';
import type { Resource, ResourceKey, Values } from './resource.ts';
import { upgradeSchema } from './schema.ts';

/** A simulated account; it comes to be with its first caller. */
export type Account = {
  id: string;
  createdAt: string;
  /** The kind of control planes that new clusters get. */
  controlPlanes: string;
};

/** One recorded change, done or refused. */
export type LedgerEntry = {
  seq: number;
  account: string;
  at: string;
  action: 'create' | 'update' | 'delete';
  type: string;
  id: string;
  urn: string;
  /** Who asked: `engine` through a plugin, or `admin` behind the engine's back. */
  caller: string;
  inputs: Values;
  outcome: 'done' | 'refused';
  error: string | null;
};

/** Called before and after each entry is written; one that throws before keeps it, and what goes with it, from being written. */
export type OnRecord = (side: 'before' | 'after', entry: Omit<LedgerEntry, 'seq'>) => void;

/** A row as SQLite hands it out. */
export type Row = Record<string, SQLOutputValue>;

/** The open ledger. */
export class Ledger {
  readonly #database: DatabaseSync;
  readonly #onRecord: OnRecord | undefined;
  readonly #statements = new Map<string, StatementSync>();

  constructor(directory: string, onRecord?: OnRecord) {
    this.#onRecord = onRecord;
    this.#database = new DatabaseSync(join(directory, 'simulator.db'));
    upgradeSchema(this.#database);
  }

  close(): void {
    this.#database.close();
  }

  /** Runs several changes as one. Nothing inside may wait. */
  transact<T>(change: () => T): T {
    this.#database.exec('begin immediate');
    try {
      const result = change();
      this.#database.exec('commit');
      return result;
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }

  all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  get(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  run(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Whether somebody has asked for an account before. */
  knows(account: string): boolean {
    return this.get('select 1 as known from accounts where id = ?', account) !== undefined;
  }

  /** Whether the token is the account's; an unknown account is made with it. */
  admit(account: string, token: string, now: Date): boolean {
    const hash = hashSimulatedToken(token);
    const insert =
      'insert into accounts (id, token_hash, created_at, control_planes) values (?, ?, ?, ?) on conflict do nothing';
    this.run(insert, account, hash, now.toISOString(), readControlPlanes(token));
    const row = this.get('select token_hash from accounts where id = ?', account);
    return timingSafeEqual(Buffer.from(String(row?.['token_hash'])), Buffer.from(hash));
  }

  /** What is known of an account's token. */
  findTokenHash(account: string): string | undefined {
    const row = this.get('select token_hash from accounts where id = ?', account);
    return row && String(row['token_hash']);
  }

  listAccounts(): Account[] {
    return this.all('select * from accounts order by created_at, id').map((row) => ({
      id: String(row['id']),
      createdAt: String(row['created_at']),
      controlPlanes: String(row['control_planes']),
    }));
  }

  /** The kind of control planes that an account's clusters get. */
  getControlPlanesOf(account: string): string {
    const row = this.get('select control_planes from accounts where id = ?', account);
    if (row) return String(row['control_planes']);
    throw new Error(`there is no simulated account ${account}`);
  }

  findResource(account: string, type: string, id: string): Resource | undefined {
    const row = this.get('select * from resources where account = ? and type = ? and id = ?', account, type, id);
    return row && readResource(row);
  }

  listResources(account: string, type?: string): Resource[] {
    const rows =
      type === undefined
        ? this.all('select * from resources where account = ? order by created_at, rowid', account)
        : this.all('select * from resources where account = ? and type = ? order by rowid', account, type);
    return rows.map(readResource);
  }

  listResourcesIn(account: string, region: string): Resource[] {
    const sql = 'select * from resources where account = ? and region = ? order by rowid';
    return this.all(sql, account, region).map(readResource);
  }

  /** Clusters whose control planes are to be found again after a restart. */
  listWithControlPlane(): Resource[] {
    return this.all("select * from resources where control_plane is not null and state = 'ready'").map(readResource);
  }

  /** The cluster that a control plane belongs to. */
  findByControlPlane(id: string): Resource | undefined {
    const row = this.get('select * from resources where control_plane = ?', id);
    return row && readResource(row);
  }

  listUnfinished(): Resource[] {
    return this.all("select * from resources where state in ('creating', 'updating', 'deleting')").map(readResource);
  }

  saveResource(resource: Resource): void {
    this.run(
      `insert into resources (account, type, id, name, region, state, inputs, outputs, urn, created_at, updated_at, system,
         control_plane)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (account, type, id) do update set state = excluded.state, inputs = excluded.inputs,
         outputs = excluded.outputs, updated_at = excluded.updated_at`,
      resource.account,
      resource.type,
      resource.id,
      resource.name,
      resource.region,
      resource.state,
      JSON.stringify(resource.inputs),
      JSON.stringify(resource.outputs),
      resource.urn,
      resource.createdAt,
      resource.updatedAt,
      resource.system ? 1 : 0,
      resource.controlPlane,
    );
  }

  removeResource(resource: ResourceKey): void {
    const { account, type, id } = resource;
    this.run('delete from resources where account = ? and type = ? and id = ?', account, type, id);
  }

  record(entry: Omit<LedgerEntry, 'seq'>): void {
    this.#onRecord?.('before', entry);
    this.run(
      `insert into entries (account, at, action, type, id, urn, caller, inputs, outcome, error)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.account,
      entry.at,
      entry.action,
      entry.type,
      entry.id,
      entry.urn,
      entry.caller,
      JSON.stringify(entry.inputs),
      entry.outcome,
      entry.error,
    );
    this.#onRecord?.('after', entry);
  }

  listEntries(account: string, after = 0): LedgerEntry[] {
    const rows = this.all('select * from entries where account = ? and seq > ? order by seq', account, after);
    return rows.map((row) => ({ ...row, inputs: JSON.parse(String(row['inputs'])) as Values }) as LedgerEntry);
  }
}

function readResource(row: Row): Resource {
  return {
    account: String(row['account']),
    type: String(row['type']),
    id: String(row['id']),
    name: String(row['name']),
    region: String(row['region']),
    state: String(row['state']) as Resource['state'],
    inputs: JSON.parse(String(row['inputs'])) as Values,
    outputs: JSON.parse(String(row['outputs'])) as Values,
    urn: String(row['urn']),
    createdAt: String(row['created_at']),
    updatedAt: String(row['updated_at']),
    system: row['system'] === 1,
    controlPlane: row['control_plane'] === null ? null : String(row['control_plane']),
  };
}
