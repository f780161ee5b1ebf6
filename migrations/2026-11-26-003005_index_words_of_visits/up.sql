CREATE INDEX CONCURRENTLY visits_by_words ON visits USING gin (folded(unit_path) gin_trgm_ops);
