ALTER TABLE assignment_rules DROP COLUMN conflict;
DROP TABLE conflicts_of_interest;
