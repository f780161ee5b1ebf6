CREATE INDEX CONCURRENTLY unit_versions_in_order_below
    ON unit_versions (parent_id, (vietnamese_order(name) COLLATE "C"), unit_id);
