-- Free findings have no item, so that the rule of one finding an item does not find them.
CREATE INDEX CONCURRENTLY findings_by_visit ON findings (visit_id, item_code, id);
