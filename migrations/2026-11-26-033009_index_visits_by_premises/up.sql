-- Which visits rest on a survey that is to go.
CREATE INDEX CONCURRENTLY visits_by_premises ON visits (premises_id) WHERE premises_id IS NOT NULL;
