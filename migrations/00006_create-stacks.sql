-- Pulumi stacks: their keys, their outputs, and the last deployments before a change. Secrets are sealed by the vault.

create table stacks (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  cluster_id text collate "C" not null,
  layer text not null check (layer in ('network', 'cluster', 'membership', 'addons', 'interconnect')),
  name text not null unique,
  home text not null check (home in ('real', 'simulated')),
  passphrase_enc bytea not null,
  salt text not null,
  outputs jsonb not null default '{}',
  secret_outputs_enc bytea,
  created_at timestamptz not null default now(),
  deployed_at timestamptz,
  destroyed_at timestamptz,
  unique (project_id, id),
  unique (cluster_id, layer),
  foreign key (project_id, cluster_id) references clusters (project_id, id)
);

create table snapshots (
  stack_id text collate "C" not null,
  project_id text collate "C" not null,
  operation_id text collate "C" not null,
  taken_at timestamptz not null default clock_timestamp(),
  deployment_enc bytea not null,
  primary key (stack_id, taken_at),
  foreign key (project_id, stack_id) references stacks (project_id, id) on delete cascade,
  foreign key (project_id, operation_id) references operations (project_id, id) on delete cascade
);

alter table stacks enable row level security;
alter table stacks force row level security;
create policy tenant on stacks to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on stacks to fleetyard_system using (true) with check (true);
grant select, insert, update on stacks to fleetyard_app;
grant select, insert, update, delete on stacks to fleetyard_system;

alter table snapshots enable row level security;
alter table snapshots force row level security;
create policy tenant on snapshots to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on snapshots to fleetyard_system using (true) with check (true);
grant select, insert, delete on snapshots to fleetyard_app, fleetyard_system;
