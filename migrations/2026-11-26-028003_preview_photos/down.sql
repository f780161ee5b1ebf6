ALTER TABLE photos DROP COLUMN preview;
