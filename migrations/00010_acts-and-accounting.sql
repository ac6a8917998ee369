-- Operations that are no desired state, what an operation leaves to be read, and an account of what was tried.

alter table operations drop constraint operations_kind_check;
alter table operations add constraint operations_kind_check check (kind in ('create', 'update', 'delete', 'abandon'));
alter table operations
  add column result jsonb,
  -- Automatic retries by class of error; `retries` stays their sum, for workers of the version before.
  add column retries_by_class jsonb not null default '{}',
  -- Workers that vanished while they held it.
  add column deaths integer not null default 0;

-- `record` writes rows of our own and reaches nothing outside.
alter table steps drop constraint steps_kind_check;
alter table steps add constraint steps_kind_check
  check (kind in ('engine', 'hub', 'host', 'check', 'wait', 'record'));

alter table stacks add column abandoned_at timestamptz;
