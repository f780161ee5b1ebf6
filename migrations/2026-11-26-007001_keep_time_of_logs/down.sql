ALTER TABLE visits DROP COLUMN last_log_at;
