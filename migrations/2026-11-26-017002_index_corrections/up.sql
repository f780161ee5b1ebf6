CREATE INDEX CONCURRENTLY minutes_addenda_corrections
    ON minutes_addenda (visit_id, template_version_id, item_code, number DESC) WHERE outcome IS NOT NULL;
