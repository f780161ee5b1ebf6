CREATE INDEX CONCURRENTLY visits_by_unit_version ON visits (unit_version_id);
