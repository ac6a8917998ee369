-- Placements: what runs where in a federation. Their operations take the federation's hub as it is then.

create table placements (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  name text not null,
  federation_id text collate "C" not null,
  fleet_id text collate "C",
  document jsonb not null,
  generation integer not null default 1,
  observed_generation integer not null default 0,
  phase text not null default 'pending',
  status jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (project_id, id),
  foreign key (project_id, federation_id) references federations (project_id, id),
  foreign key (project_id, fleet_id) references fleets (project_id, id)
);

create unique index placements_name_key on placements (project_id, name) where deleted_at is null;
create index placements_federation_id_idx on placements (federation_id, id) where deleted_at is null;
create index placements_fleet_id_idx on placements (fleet_id, id) where deleted_at is null;

alter table placements enable row level security;
alter table placements force row level security;
create policy tenant on placements to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on placements to fleetyard_system using (true) with check (true);
grant select, insert, update on placements to fleetyard_app;
grant select, insert, update, delete on placements to fleetyard_system;

alter table operations drop constraint operations_resource_kind_check;
alter table operations add constraint operations_resource_kind_check
  check (resource_kind in ('cluster', 'fleet', 'federation', 'placement'));
