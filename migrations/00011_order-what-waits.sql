-- What waits for room: who goes first, whose credential it takes, and what a project may run at once.

alter table operations
  -- 0 before 1 before 2; see domain/urgency.ts.
  add column urgency smallint not null default 1 check (urgency between 0 and 2),
  -- The credential that its steps take, so that a limit of it can be kept; empty for what waits for others.
  add column credential_id text collate "C" not null default '';

alter table projects
  add column paused_at timestamptz,
  add column running_limit integer check (running_limit between 1 and 10000);

set local role fleetyard_system;
update operations set
  urgency = case when kind in ('delete', 'abandon') then 0 when parent_id is not null then 2 else 1 end,
  credential_id = coalesce(input ->> 'credentialId', input ->> 'hubCredentialId', '')
where state not in ('succeeded', 'failed', 'cancelled', 'needs_attention');
reset role;

-- What a worker picks from: the first of each project and credential, those that a worker let go of before all others.
create index operations_waiting_idx on operations (project_id, credential_id, (state = 'queued'), urgency, id)
  where state in ('queued', 'interrupted');

-- How fast a project's operations began of late.
create index operations_started_at_idx on operations (project_id, started_at) where started_at is not null;

-- Workers as they last told of themselves.
create table workers (
  owner text collate "C" primary key,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  slots integer not null check (slots > 0),
  running integer not null check (running >= 0),
  memory_mb integer not null check (memory_mb > 0),
  reserved_mb integer not null check (reserved_mb >= 0)
);
alter table workers enable row level security;
alter table workers force row level security;
create policy system on workers to fleetyard_system using (true) with check (true);
grant select, insert, update, delete on workers to fleetyard_system;
