ALTER TABLE visits DROP COLUMN unanswered_because;
