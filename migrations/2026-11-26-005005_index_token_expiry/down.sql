DROP INDEX CONCURRENTLY IF EXISTS refresh_tokens_by_expiry;
