-- An answer is kept in the transaction of what it answers, so a key is never half there.

delete from idempotency_keys where state <> 'completed';

alter table idempotency_keys
  drop column state,
  alter column status set not null,
  alter column headers set not null,
  alter column body_enc set not null;

-- Safety copies stay when the operations before which they were taken are forgotten: the id is kept for people.
alter table snapshots drop constraint snapshots_project_id_operation_id_fkey;

-- What is not settled, however long the history of a resource or of a parent's children is. The words stand here because an index needs
-- them; a query uses these when it says `state not in` with the same words in the same order.
create index operations_unsettled_of_resource_idx on operations (resource_id, position)
  where state not in ('succeeded', 'failed', 'cancelled', 'needs_attention');
create index operations_unsettled_of_parent_idx on operations (parent_id)
  where parent_id is not null and state not in ('succeeded', 'failed', 'cancelled', 'needs_attention');

-- What retention asks for.
create index operations_finished_at_idx on operations (finished_at) where finished_at is not null;
create index snapshots_taken_at_idx on snapshots (taken_at);
