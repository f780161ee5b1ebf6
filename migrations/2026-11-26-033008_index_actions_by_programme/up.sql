-- Whether an action refers to a paper that is to go.
CREATE INDEX CONCURRENTLY actions_by_programme ON actions (programme_id) WHERE programme_id IS NOT NULL;
