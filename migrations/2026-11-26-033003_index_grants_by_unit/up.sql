-- Whether anybody has a role for a unit.
CREATE INDEX CONCURRENTLY grants_by_unit ON grants (unit_id) WHERE unit_id IS NOT NULL;
