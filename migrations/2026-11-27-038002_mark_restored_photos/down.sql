ALTER TABLE photos DROP COLUMN restored_at;
