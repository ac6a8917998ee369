-- Operations of a resource line up by a counter of the resource, taken under its lock; ids carry the clocks of whoever made them.

alter table operations add column position integer;

-- The role passes the rows' security, which owners do not.
set local role fleetyard_system;
update operations o set position = line.position
from (select id, row_number() over (partition by resource_id order by id) as position from operations) line
where line.id = o.id;
reset role;

alter table operations alter column position set not null;
create unique index operations_position_key on operations (resource_id, position);
