DROP INDEX CONCURRENTLY photos_by_finding;
