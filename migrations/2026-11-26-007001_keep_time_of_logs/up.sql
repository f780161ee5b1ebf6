-- Time of the last row of a visit's log. Times of the log never go back, whatever a server's clock does.
ALTER TABLE visits ADD COLUMN last_log_at timestamptz;
