DROP INDEX CONCURRENTLY findings_withdrawn;
