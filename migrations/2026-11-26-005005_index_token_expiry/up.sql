-- Which refresh tokens are long over: for the sweep alone.
CREATE INDEX CONCURRENTLY refresh_tokens_by_expiry ON refresh_tokens (expires_at);
