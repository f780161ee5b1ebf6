-- What was entered by mistake is taken back. The row stays where something may stand on it that not everybody knows of.
ALTER TABLE teams ADD COLUMN disbanded_at timestamptz;
ALTER TABLE units ADD COLUMN removed_at timestamptz;
-- On which day the version before was to end until this one was added behind it.
ALTER TABLE unit_versions ADD COLUMN previous_end date;
