-- Address ranges. Whatever the code does, two ranges of one address space never overlap.

create extension if not exists btree_gist;

create table ranges (
  id text collate "C" primary key,
  project_id text collate "C" not null references projects (id),
  address_space_id text collate "C" not null,
  cluster_id text collate "C",
  role text not null check (role in ('nodes', 'pods', 'services', 'control-plane', 'hosts', 'foreign')),
  range cidr not null,
  note text,
  created_at timestamptz not null default now(),
  foreign key (project_id, address_space_id) references address_spaces (project_id, id),
  -- Ranges are reserved before the cluster's row is written, because the row holds them.
  foreign key (project_id, cluster_id) references clusters (project_id, id) deferrable initially deferred,
  constraint ranges_do_not_overlap exclude using gist (address_space_id with =, range inet_ops with &&)
);

create index ranges_cluster_id_idx on ranges (cluster_id);

alter table ranges enable row level security;
alter table ranges force row level security;
create policy tenant on ranges to fleetyard_app
  using (project_id = current_setting('fleetyard.project', true))
  with check (project_id = current_setting('fleetyard.project', true));
create policy system on ranges to fleetyard_system using (true) with check (true);
grant select, insert, delete on ranges to fleetyard_app, fleetyard_system;
