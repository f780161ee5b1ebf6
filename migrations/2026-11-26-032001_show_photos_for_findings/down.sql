ALTER TABLE photos DROP COLUMN reply_to, DROP COLUMN finding_id;
