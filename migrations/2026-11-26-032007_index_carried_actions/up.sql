CREATE INDEX CONCURRENTLY actions_carried ON actions USING gin (carried_from) WHERE carried_from <> '{}';
