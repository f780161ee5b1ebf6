-- A pull tells the actions of a visit.
CREATE INDEX CONCURRENTLY actions_by_visit ON actions (visit_id);
