-- Whether any round has a unit as its target.
CREATE INDEX CONCURRENTLY round_targets_by_unit ON round_targets (unit_id);
