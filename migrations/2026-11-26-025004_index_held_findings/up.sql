-- What is open at whoever answers for it, in the order of the list.
CREATE INDEX CONCURRENTLY findings_held ON findings (coalesce(holder_id, unit_id), state, reported_at DESC, id DESC);
