DROP INDEX CONCURRENTLY round_targets_by_unit;
