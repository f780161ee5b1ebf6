-- The few refresh tokens whose answer may still be repeated: looked at every half minute.
CREATE INDEX CONCURRENTLY refresh_tokens_sealed ON refresh_tokens (used_at) WHERE successor_sealed IS NOT NULL;
