-- Which visits stand in a round that is to go.
CREATE INDEX CONCURRENTLY visits_by_round ON visits (round_id) WHERE round_id IS NOT NULL;
