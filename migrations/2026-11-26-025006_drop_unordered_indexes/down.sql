CREATE INDEX action_owners_by_holder ON action_owners (coalesce(holder_id, unit_id));
CREATE INDEX findings_at_holder ON findings (coalesce(holder_id, unit_id), reported_at DESC, id DESC);
