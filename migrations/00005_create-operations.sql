-- Operations with their leases, steps and events.

create table operations (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  resource_kind text not null check (resource_kind in ('cluster', 'fleet', 'federation')),
  resource_id text collate "C" not null,
  kind text not null check (kind in ('create', 'update', 'delete')),
  state text not null check (state in (
    'queued', 'running', 'waiting', 'cancelling', 'awaiting_approval', 'interrupted',
    'succeeded', 'failed', 'cancelled', 'needs_attention'
  )),
  attempt integer not null default 1,
  retries integer not null default 0,
  generation integer not null,
  input jsonb not null,
  error jsonb,
  parent_id text collate "C",
  fence integer not null default 0,
  lease_owner text,
  lease_until timestamptz,
  cancel_requested_at timestamptz,
  not_before timestamptz,
  last_seq integer not null default 0,
  created_by text collate "C",
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  unique (project_id, id),
  foreign key (project_id, parent_id) references operations (project_id, id)
);

-- At most one operation works on a resource. Queued ones line up behind it in the order of their ids.
create unique index operations_one_active_key on operations (resource_id)
  where state in ('running', 'waiting', 'cancelling', 'interrupted', 'awaiting_approval');
create index operations_resource_id_idx on operations (resource_id, id);
create index operations_parent_id_idx on operations (parent_id) where parent_id is not null;
create index operations_project_id_idx on operations (project_id, id);
create index operations_unsettled_idx on operations (state, id)
  where state in ('queued', 'running', 'waiting', 'cancelling', 'interrupted');

create table steps (
  operation_id text collate "C" not null,
  project_id text collate "C" not null,
  index integer not null check (index >= 0),
  kind text not null check (kind in ('engine', 'hub', 'host', 'check', 'wait')),
  action text not null,
  layer text,
  state text not null default 'pending' check (state in ('pending', 'running', 'succeeded', 'failed', 'skipped')),
  planned integer,
  done integer not null default 0,
  started_at timestamptz,
  finished_at timestamptz,
  error jsonb,
  primary key (operation_id, index),
  foreign key (project_id, operation_id) references operations (project_id, id) on delete cascade
);

create table events (
  operation_id text collate "C" not null,
  seq integer not null check (seq > 0),
  project_id text collate "C" not null,
  at timestamptz not null default clock_timestamp(),
  type text not null,
  data jsonb not null,
  primary key (operation_id, seq),
  foreign key (project_id, operation_id) references operations (project_id, id) on delete cascade
);

alter table operations enable row level security;
alter table operations force row level security;
create policy tenant on operations to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on operations to fleetyard_system using (true) with check (true);
grant select, insert, update on operations to fleetyard_app;
grant select, insert, update, delete on operations to fleetyard_system;

alter table steps enable row level security;
alter table steps force row level security;
create policy tenant on steps to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on steps to fleetyard_system using (true) with check (true);
grant select, insert, update on steps to fleetyard_app;
grant select, insert, update, delete on steps to fleetyard_system;

alter table events enable row level security;
alter table events force row level security;
create policy tenant on events to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on events to fleetyard_system using (true) with check (true);
grant select, insert on events to fleetyard_app;
grant select, insert, delete on events to fleetyard_system;
