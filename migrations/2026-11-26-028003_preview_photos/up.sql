-- A small picture that a phone sends before any original, so that somebody sees something within seconds. Never evidence;
-- gone once the original is verified.
ALTER TABLE photos ADD COLUMN preview jsonb;
