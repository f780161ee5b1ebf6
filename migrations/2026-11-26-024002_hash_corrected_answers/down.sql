ALTER TABLE minutes_addenda DROP COLUMN format;
