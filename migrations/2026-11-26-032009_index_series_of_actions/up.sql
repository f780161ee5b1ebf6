CREATE INDEX CONCURRENTLY actions_by_series ON actions (series_id, instance) WHERE series_id IS NOT NULL;
