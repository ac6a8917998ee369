-- What was applied of a cluster, as it was sent: what a merge patch changes. Null for members of fleets, whose document says it, and for
-- clusters of before, of which it is read off the spec.
alter table clusters add column document jsonb;

-- Of its own beside the spec, which is large: a list that asks for labels looks at this alone. An index over it would be of no use, for rows
-- of other projects are sorted out before anything is asked of a label.
alter table clusters add column labels jsonb not null generated always as (coalesce(spec -> 'labels', '{}')) stored;

-- Lists: by age as ids have it, by the clock, by fleet; by name there is one. What is deleted stays for a while.
create index clusters_live_idx on clusters (project_id, id) where deleted_at is null;
create index clusters_created_at_idx on clusters (project_id, created_at, id) where deleted_at is null;
drop index clusters_fleet_id_idx;
create index clusters_fleet_id_idx on clusters (fleet_id, id) where deleted_at is null;

-- The transaction that wrote an event. Those of a project are read in this order, and only up to the oldest transaction that still runs: what
-- commits late comes behind nothing that was read before. Events of before come first; so does what a restore brings, from another server's count.
alter table events add column xact bigint not null default 0;
alter table events alter column xact set default (pg_current_xact_id()::text::bigint);
create index events_project_id_xact_idx on events (project_id, xact, operation_id, seq);
grant update (xact) on events to fleetyard_system;
