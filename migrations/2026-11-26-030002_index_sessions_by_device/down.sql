DROP INDEX CONCURRENTLY sessions_by_device;
