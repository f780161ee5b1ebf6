-- A divided unit has no single successor: a person says who answers for what was open there.
ALTER TABLE findings ADD COLUMN holder_id uuid REFERENCES units (id);
ALTER TABLE action_owners ADD COLUMN holder_id uuid REFERENCES units (id);
DROP INDEX findings_at_unit;
CREATE INDEX findings_at_holder ON findings (coalesce(holder_id, unit_id), reported_at DESC, id DESC);
CREATE INDEX action_owners_by_holder ON action_owners (coalesce(holder_id, unit_id));
