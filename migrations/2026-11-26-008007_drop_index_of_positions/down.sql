CREATE INDEX CONCURRENTLY photos_by_position ON photos USING gist (owner_id, point(longitude, latitude))
    WHERE latitude IS NOT NULL AND state IN ('stored', 'ready', 'no_preview', 'quarantined');
