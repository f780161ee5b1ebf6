CREATE INDEX CONCURRENTLY findings_withdrawn ON findings (visit_id, item_code)
    WHERE state = 'withdrawn' AND item_code IS NOT NULL;
