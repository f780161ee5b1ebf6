-- Codes that could still be traded: they die with the sign-ins of their account.
CREATE INDEX CONCURRENTLY authorization_codes_open ON authorization_codes (account_id) WHERE used_at IS NULL;
