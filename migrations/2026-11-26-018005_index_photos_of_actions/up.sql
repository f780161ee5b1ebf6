CREATE INDEX CONCURRENTLY photos_by_action ON photos (action_id, captured_at, id) WHERE action_id IS NOT NULL;
