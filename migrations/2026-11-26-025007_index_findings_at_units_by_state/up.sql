-- What of one unit is open, among everything that was ever found there.
CREATE INDEX CONCURRENTLY findings_at_unit_by_state ON findings (unit_id, state, reported_at DESC, id DESC);
