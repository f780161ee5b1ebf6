CREATE INDEX CONCURRENTLY unit_versions_in_order
    ON unit_versions ((vietnamese_order(name) COLLATE "C"), unit_id);
