-- The audit trail: who did what, only ever added to, and chained so that what is altered afterwards is found.

-- A null project is the platform's own chain. Times have no more than the milliseconds that are hashed.
create table audit_events (
  id text collate "C" primary key,
  project_id text collate "C",
  at timestamptz(3) not null default clock_timestamp(),
  kind text not null check (kind in ('change', 'read', 'refusal', 'strangers', 'surplus')),
  token_id text collate "C",
  token_name text,
  token_role text,
  token_project_id text collate "C",
  endpoint text,
  method text,
  resource_kind text,
  resource_id text collate "C",
  resource_name text,
  address text check (length(address) <= 64),
  user_agent text check (length(user_agent) <= 256),
  status integer,
  problem text,
  request_id text,
  operation_id text collate "C",
  replayed boolean not null default false,
  count integer not null default 1 check (count > 0)
);

create index audit_events_project_id_idx on audit_events (project_id, id);

-- What the linker has not come to. It follows from the two tables around it, so that a backup leaves it out.
create table audit_unlinked (event_id text collate "C" primary key);

create table audit_links (
  chain text collate "C" not null,
  position bigint not null check (position > 0),
  event_id text collate "C" not null unique,
  hash bytea not null check (length(hash) = 32),
  primary key (chain, position)
);

-- Where a chain begins after its oldest links were cut off: the last of those.
create table audit_anchors (
  chain text collate "C" primary key,
  position bigint not null,
  hash bytea not null check (length(hash) = 32),
  cut_at timestamptz not null default now()
);

-- What is counted instead of told one by one, for one minute: callers that nobody knows by their address, and what a known token is refused
-- beyond its measure.
create table audit_tallies (
  minute timestamptz not null,
  address text not null,
  token_id text collate "C" not null default '',
  count integer not null check (count > 0),
  primary key (minute, address, token_id)
);

alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy tenant on audit_events to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on audit_events to fleetyard_system using (true) with check (true);
grant select, insert on audit_events to fleetyard_app, fleetyard_system;

alter table audit_unlinked enable row level security;
alter table audit_unlinked force row level security;
create policy system on audit_unlinked to fleetyard_system using (true) with check (true);
grant select, delete on audit_unlinked to fleetyard_system;

alter table audit_links enable row level security;
alter table audit_links force row level security;
create policy tenant on audit_links to fleetyard_app using (chain = current_setting('fleetyard.project', true));
create policy system on audit_links to fleetyard_system using (true) with check (true);
grant select on audit_links to fleetyard_app;
grant select, insert on audit_links to fleetyard_system;

alter table audit_anchors enable row level security;
alter table audit_anchors force row level security;
create policy system on audit_anchors to fleetyard_system using (true);
grant select on audit_anchors to fleetyard_system;

alter table audit_tallies enable row level security;
alter table audit_tallies force row level security;
create policy system on audit_tallies to fleetyard_system using (true) with check (true);
grant select, insert, update, delete on audit_tallies to fleetyard_system;

-- The functions below work as the owner of the tables, whom forced security binds as well.
create policy keeper on audit_events
  using (current_user = (select pg_get_userbyid(relowner) from pg_class where oid = 'audit_events'::regclass));
create policy keeper on audit_unlinked
  using (current_user = (select pg_get_userbyid(relowner) from pg_class where oid = 'audit_unlinked'::regclass));
create policy keeper on audit_links
  using (current_user = (select pg_get_userbyid(relowner) from pg_class where oid = 'audit_links'::regclass));
create policy keeper on audit_anchors
  using (current_user = (select pg_get_userbyid(relowner) from pg_class where oid = 'audit_anchors'::regclass));

-- Nobody has to think of it, and nobody can leave it out.
create function queue_audit_events() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into audit_unlinked (event_id) select id from added;
  return null;
end
$$;

create trigger audit_events_queue after insert on audit_events
  referencing new table as added for each statement execute function queue_audit_events();

-- The second line behind the grants, which are lost more easily: only the owner takes rows away, and nobody alters one.
create function refuse_audit_change() returns trigger
language plpgsql as $$
begin
  if tg_op in ('DELETE', 'UPDATE') and (tg_op = 'DELETE' or tg_table_name = 'audit_anchors')
    and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
    return null;
  end if;
  raise exception 'the audit trail is only added to' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_events_keep before update or delete or truncate on audit_events
  for each statement execute function refuse_audit_change();
create trigger audit_links_keep before update or delete or truncate on audit_links
  for each statement execute function refuse_audit_change();
create trigger audit_anchors_keep before update or delete or truncate on audit_anchors
  for each statement execute function refuse_audit_change();

-- Retention: cuts the oldest links of a chain with their events and says how many. It never takes what is younger than 30 days, so that
-- whoever takes over the service cannot hide what they did; it stops before an event that is missing, and the newest link stays.
create function cut_audit_trail(of_chain text, before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  stop bigint;
  last audit_links;
begin
  select min(l.position) into stop
  from (select * from audit_links where chain = of_chain order by position limit most) l
  left join audit_events e on e.id = l.event_id
  where e.id is null or e.at >= least(before, now() - interval '30 days');
  select * into last from (
    select * from audit_links
    where chain = of_chain
      and (stop is null or position < stop)
      and position < (select max(position) from audit_links where chain = of_chain)
    order by position limit most
  ) old
  order by position desc limit 1;
  if last.position is null then
    return 0;
  end if;
  insert into audit_anchors (chain, position, hash) values (of_chain, last.position, last.hash)
    on conflict (chain) do update set position = excluded.position, hash = excluded.hash, cut_at = now();
  delete from audit_events e using audit_links l
    where l.chain = of_chain and l.position <= last.position and e.id = l.event_id;
  with gone as (delete from audit_links where chain = of_chain and position <= last.position returning 1)
  select count(*) into stop from gone;
  return stop;
end
$$;

revoke all on function cut_audit_trail(text, timestamptz, integer) from public;
grant execute on function cut_audit_trail(text, timestamptz, integer) to fleetyard_system;
