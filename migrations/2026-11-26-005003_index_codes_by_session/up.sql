-- Asked by the foreign key for each session that is forgotten.
CREATE INDEX CONCURRENTLY authorization_codes_by_session ON authorization_codes (session_id)
    WHERE session_id IS NOT NULL;
