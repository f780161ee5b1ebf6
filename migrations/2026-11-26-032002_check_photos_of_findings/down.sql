-- Checked is checked; the migration before takes the constraints away.
SELECT 1;
