-- What was applied of a cluster, as it was sent: what a merge patch changes. Null for members of fleets, whose document says it, and for
-- clusters of before, of which it is read off the spec.
alter table clusters add column document jsonb;
