-- Stack health: whether a runner may have left a stack unfinished, and which creations are in doubt (sealed, for inputs hold secrets).
-- And the name of the login by which the lease's engine writes the stack's state, for whoever takes over to revoke.

alter table stacks
  add column unsettled_at timestamptz,
  add column unsettled_operation_id text collate "C",
  add column unsettled_fence integer,
  add column doubtful_enc bytea,
  add column state_login text,
  -- A mark without an operation says that nobody knows: after an upgrade, or a restore.
  add constraint stacks_unsettled_by_check check ((unsettled_operation_id is null) = (unsettled_fence is null)),
  add constraint stacks_settled_check
    check (unsettled_at is not null or (unsettled_operation_id is null and doubtful_enc is null));

create index stacks_state_login_idx on stacks (id) where state_login is not null;

-- How the last runner of each stack ended was not kept until now. The role passes the rows' security, which owners do not.
set local role fleetyard_system;
update stacks set unsettled_at = now() where destroyed_at is null;
-- Outputs of a destroyed stack stand for nothing.
update stacks set deployed_at = null where destroyed_at is not null;
reset role;
