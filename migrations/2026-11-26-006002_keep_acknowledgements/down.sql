ALTER TABLE photos DROP COLUMN acknowledgement;
