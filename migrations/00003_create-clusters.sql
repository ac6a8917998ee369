-- Address spaces, federations, fleets and clusters: desired spec, observed status and phase. Deleted rows stay as tombstones.

create table address_spaces (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  name text not null,
  pools jsonb not null,
  created_at timestamptz not null default now(),
  unique (project_id, id),
  unique (project_id, name)
);

create table federations (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  name text not null,
  engine text not null check (engine in ('karmada', 'ocm', 'clusternet', 'kubefed')),
  hub_credential_id text collate "C" not null,
  spec jsonb not null,
  generation integer not null default 1,
  observed_generation integer not null default 0,
  phase text not null default 'pending',
  status jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (project_id, id),
  foreign key (project_id, hub_credential_id) references credentials (project_id, id)
);

create unique index federations_name_key on federations (project_id, name) where deleted_at is null;

create table fleets (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  name text not null,
  document jsonb not null,
  spec jsonb not null,
  federation_id text collate "C",
  address_space_id text collate "C",
  generation integer not null default 1,
  observed_generation integer not null default 0,
  phase text not null default 'pending',
  status jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (project_id, id),
  foreign key (project_id, federation_id) references federations (project_id, id),
  foreign key (project_id, address_space_id) references address_spaces (project_id, id)
);

create unique index fleets_name_key on fleets (project_id, name) where deleted_at is null;

create table clusters (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  name text not null,
  provider text not null check (provider in ('eks', 'aks', 'gke', 'kubeadm')),
  simulated boolean not null,
  credential_id text collate "C" not null,
  fleet_id text collate "C",
  federation_id text collate "C",
  spec jsonb not null,
  protect boolean not null default false,
  generation integer not null default 1,
  observed_generation integer not null default 0,
  phase text not null default 'pending',
  status jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (project_id, id),
  foreign key (project_id, credential_id) references credentials (project_id, id),
  foreign key (project_id, fleet_id) references fleets (project_id, id),
  foreign key (project_id, federation_id) references federations (project_id, id)
);

create unique index clusters_name_key on clusters (project_id, name) where deleted_at is null;
create index clusters_fleet_id_idx on clusters (fleet_id) where deleted_at is null;
create index clusters_federation_id_idx on clusters (federation_id) where deleted_at is null;
create index clusters_credential_id_idx on clusters (credential_id) where deleted_at is null;

alter table address_spaces enable row level security;
alter table address_spaces force row level security;
create policy tenant on address_spaces to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on address_spaces to fleetyard_system using (true) with check (true);
grant select, insert, update, delete on address_spaces to fleetyard_app, fleetyard_system;

alter table federations enable row level security;
alter table federations force row level security;
create policy tenant on federations to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on federations to fleetyard_system using (true) with check (true);
grant select, insert, update on federations to fleetyard_app;
grant select, insert, update, delete on federations to fleetyard_system;

alter table fleets enable row level security;
alter table fleets force row level security;
create policy tenant on fleets to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on fleets to fleetyard_system using (true) with check (true);
grant select, insert, update on fleets to fleetyard_app;
grant select, insert, update, delete on fleets to fleetyard_system;

alter table clusters enable row level security;
alter table clusters force row level security;
create policy tenant on clusters to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on clusters to fleetyard_system using (true) with check (true);
grant select, insert, update on clusters to fleetyard_app;
grant select, insert, update, delete on clusters to fleetyard_system;
