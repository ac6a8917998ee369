-- Who made a token, which master key seals, and secrets that go with their credential.

-- A token never outlives its maker; who is revoked may take along what they made.
alter table tokens add column made_by text collate "C" references tokens (id);
create index tokens_made_by_idx on tokens (made_by) where made_by is not null;

-- Which master key seals is the same for every process, from one moment on. The keys themselves are in no database.
create table master_keys (
  id text collate "C" primary key,
  became_current_at timestamptz not null default clock_timestamp()
);

alter table master_keys enable row level security;
alter table master_keys force row level security;
-- Every unit of work reads it as it begins.
create policy everybody on master_keys for select to fleetyard_app using (true);
create policy system on master_keys to fleetyard_system using (true) with check (true);
grant select on master_keys to fleetyard_app;
grant select, insert, update, delete on master_keys to fleetyard_system;

-- The secret of a deleted credential is gone. The role passes the rows' security, which owners do not.
alter table credentials alter column secret_enc drop not null;
set local role fleetyard_system;
update credentials c set secret_enc = null
where deleted_at is not null
  and not exists (select 1 from clusters where credential_id = c.id and deleted_at is null)
  and not exists (select 1 from federations where hub_credential_id = c.id and deleted_at is null);
reset role;
alter table credentials add constraint credentials_secret_check check (deleted_at is not null or secret_enc is not null);

-- Nothing ever wrote it.
alter table stacks drop column secret_outputs_enc;
