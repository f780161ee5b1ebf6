ALTER TABLE minutes_addenda DROP COLUMN template_version_id, DROP COLUMN answer, DROP COLUMN outcome;
