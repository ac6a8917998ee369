-- Projects, the tokens that open them, and what the service keeps about itself.
-- The roles fleetyard_app and fleetyard_system belong to the server, not to this database: the migrator makes them first.

create table projects (
  id text collate "C" primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

alter table projects enable row level security;
alter table projects force row level security;
create policy tenant on projects to fleetyard_app using (id = current_setting('fleetyard.project', true));
create policy system on projects to fleetyard_system using (true) with check (true);
grant select on projects to fleetyard_app;
grant select, insert, update, delete on projects to fleetyard_system;

-- A platform administrator's token has no project, so the app role never sees it.
create table tokens (
  id text collate "C" primary key,
  project_id text collate "C" references projects (id),
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin', 'platform-admin')),
  hash bytea not null unique check (length(hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  check ((project_id is null) = (role = 'platform-admin'))
);

create unique index tokens_name_key on tokens (project_id, name) nulls not distinct where revoked_at is null;

alter table tokens enable row level security;
alter table tokens force row level security;
create policy tenant on tokens to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on tokens to fleetyard_system using (true) with check (true);
grant select, insert, update on tokens to fleetyard_app;
grant select, insert, update, delete on tokens to fleetyard_system;

-- Answers are kept sealed: the answer to a new token holds that token.
create table idempotency_keys (
  token_id text collate "C" not null references tokens (id) on delete cascade,
  method text not null,
  path text not null,
  key text not null check (length(key) between 1 and 255),
  body_hash bytea not null,
  state text not null check (state in ('in-flight', 'completed')),
  status integer,
  headers jsonb,
  body_enc bytea,
  created_at timestamptz not null default now(),
  primary key (token_id, method, path, key),
  check ((state = 'completed') = (status is not null))
);

create index idempotency_keys_created_at_idx on idempotency_keys (created_at);

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy system on idempotency_keys to fleetyard_system using (true) with check (true);
grant select, insert, update, delete on idempotency_keys to fleetyard_system;

create table settings (
  name text primary key,
  value_enc bytea not null,
  updated_at timestamptz not null default now()
);

alter table settings enable row level security;
alter table settings force row level security;
create policy system on settings to fleetyard_system using (true) with check (true);
grant select, insert, update, delete on settings to fleetyard_system;
