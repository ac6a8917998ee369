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
