CREATE INDEX CONCURRENTLY photos_by_finding ON photos (finding_id, captured_at, id) WHERE finding_id IS NOT NULL;
