DROP INDEX action_owners_by_holder;
DROP INDEX findings_at_holder;
CREATE INDEX findings_at_unit ON findings (unit_id, reported_at DESC, id DESC);
ALTER TABLE action_owners DROP COLUMN holder_id;
ALTER TABLE findings DROP COLUMN holder_id;
