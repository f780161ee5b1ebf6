DROP INDEX CONCURRENTLY visits_by_unit_version;
