CREATE INDEX CONCURRENTLY photos_by_cell
    ON photos (owner_id, (floor(latitude)::integer), (floor(longitude)::integer), id)
    WHERE latitude IS NOT NULL AND state IN ('stored', 'ready', 'no_preview', 'quarantined');
