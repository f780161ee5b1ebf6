DROP INDEX CONCURRENTLY findings_at_unit;
