DROP FUNCTION folded(text);
DROP EXTENSION pg_trgm;
