DROP INDEX CONCURRENTLY unit_versions_in_order;
