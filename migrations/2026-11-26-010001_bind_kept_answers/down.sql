ALTER TABLE replays DROP COLUMN visit_id;
ALTER TABLE replays DROP COLUMN footing;
