ALTER TABLE unit_versions DROP COLUMN previous_end;
ALTER TABLE units DROP COLUMN removed_at;
ALTER TABLE teams DROP COLUMN disbanded_at;
