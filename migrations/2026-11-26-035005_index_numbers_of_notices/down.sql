DROP INDEX CONCURRENTLY notices_by_number;
