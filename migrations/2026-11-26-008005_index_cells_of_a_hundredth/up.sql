CREATE INDEX CONCURRENTLY photos_by_cell_of_degree
    ON photos (owner_id, (floor(latitude * 100)::integer), (floor(longitude * 100)::integer), id)
    WHERE latitude IS NOT NULL AND state IN ('stored', 'ready', 'no_preview', 'quarantined');
