DROP INDEX CONCURRENTLY findings_by_visit;
