-- Whether a recommendation is addressed to a unit.
CREATE INDEX CONCURRENTLY recommendation_addressees_by_unit ON recommendation_addressees (unit_id);
