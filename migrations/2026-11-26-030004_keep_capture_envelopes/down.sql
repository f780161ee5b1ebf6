DROP TABLE capture_envelopes;
ALTER TABLE photos DROP COLUMN envelope;
