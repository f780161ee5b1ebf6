DROP INDEX CONCURRENTLY actions_by_visit;
