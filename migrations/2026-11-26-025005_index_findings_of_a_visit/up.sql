-- What of one visit still waits for its lead, among the many that do not.
CREATE INDEX CONCURRENTLY findings_by_visit_state ON findings (visit_id, state, reported_at DESC, id DESC);
