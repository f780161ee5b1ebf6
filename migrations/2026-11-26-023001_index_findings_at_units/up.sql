-- For the lists behind a unit's figures and for what a re-inspection takes along; `findings_at_holder` begins with whoever
-- answers for a finding now.
CREATE INDEX CONCURRENTLY findings_at_unit ON findings (unit_id, reported_at DESC, id DESC);
