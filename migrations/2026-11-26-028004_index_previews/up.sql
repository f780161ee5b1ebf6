CREATE INDEX CONCURRENTLY photos_with_preview ON photos (id) WHERE preview IS NOT NULL;
