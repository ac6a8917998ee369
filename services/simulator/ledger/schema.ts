// The tables of the simulated clouds, and how those of an older daemon become today's.
import type { DatabaseSync } from 'node:sqlite';

const SETTINGS = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma busy_timeout = 5000;
`;

/** Each step once and in order; the first may meet tables of its own, from before the steps were counted. */
const STEPS = [
  `
  create table if not exists accounts (id text primary key, token_hash text not null, created_at text not null);
  create table if not exists resources (
    account text not null, type text not null, id text not null, name text not null, region text not null,
    state text not null, inputs text not null, outputs text not null, urn text not null,
    created_at text not null, updated_at text not null, system integer not null default 0,
    primary key (account, type, id)
  );
  create index if not exists resources_by_region on resources (account, region);
  create table if not exists entries (
    seq integer primary key autoincrement, account text not null, at text not null, action text not null,
    type text not null, id text not null, urn text not null, caller text not null, inputs text not null,
    outcome text not null, error text
  );
  create index if not exists entries_by_account on entries (account, seq);
  create table if not exists faults (
    id integer primary key autoincrement, account text not null, kind text not null, type text not null,
    name_contains text not null, remaining integer, delay_seconds real, held integer not null default 0
  );
  create table if not exists quotas (account text not null, quota text not null, amount integer not null,
    primary key (account, quota));
  create table if not exists control_planes (
    id text primary key, account text not null, kind text not null, version text not null,
    certificate_authority text not null
  );
  `,
  // API servers that the ledger plays become one kind of control plane among others; each cluster knows its own.
  `
  alter table control_planes rename to api_servers;
  alter table api_servers rename column kind to role;
  create table control_planes (
    id text primary key, account text not null, kind text not null, version text, authority text,
    certificate_authority text, released integer not null default 0
  );
  alter table accounts add column control_planes text not null default 'ledger';
  alter table resources add column control_plane text;
  insert into control_planes (id, account, kind, version)
    select id, account, 'ledger', substr(version, 2) from api_servers where role = 'member';
  update resources set control_plane = (
    select api_servers.id from api_servers
    where api_servers.account = resources.account and instr(resources.outputs, '/k8s/' || api_servers.id) > 0
  ) where type in ('aws:eks/cluster:Cluster', 'azure-native:containerservice:ManagedCluster', 'gcp:container/cluster:Cluster');
  `,
  // All API servers of the ledger stand behind one door, whose certificate one authority signs.
  `
  create table if not exists authority (certificate text not null, key text not null);
  `,
  // Control planes that are processes on loopback; why one of any kind was lost.
  `
  create table if not exists local_control_planes (
    id text primary key, account text not null, address text not null, shift integer not null, version text not null,
    webhook_token text not null, opened integer not null default 0
  );
  alter table control_planes add column failure text;
  `,
];

/** Makes the tables, or brings them to what this daemon knows. */
export function upgradeSchema(database: DatabaseSync): void {
  database.exec(SETTINGS);
  const done = Number(database.prepare('pragma user_version').get()?.['user_version']);
  for (const [index, step] of STEPS.entries()) {
    if (index >= done) database.exec(`begin immediate; ${step} pragma user_version = ${index + 1}; commit;`);
  }
}
