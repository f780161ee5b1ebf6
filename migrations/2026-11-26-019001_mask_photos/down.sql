ALTER TABLE photos DROP COLUMN masked, DROP COLUMN personal_data;
