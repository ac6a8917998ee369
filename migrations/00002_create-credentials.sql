-- How each cloud account or hub is reached. Whether a credential is simulated never changes.

create table credentials (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  name text not null,
  provider text not null check (provider in ('aws', 'azure', 'gcp', 'kubernetes', 'ssh')),
  simulated boolean not null,
  attributes jsonb not null default '{}',
  secret_enc bytea not null,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (project_id, id)
);

create unique index credentials_name_key on credentials (project_id, name) where deleted_at is null;

alter table credentials enable row level security;
alter table credentials force row level security;
create policy tenant on credentials to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on credentials to fleetyard_system using (true) with check (true);
grant select, insert, update on credentials to fleetyard_app;
grant select, insert, update, delete on credentials to fleetyard_system;
