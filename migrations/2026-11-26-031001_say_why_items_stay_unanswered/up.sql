-- Why the lead of a team leaves items of its checklists without an answer: without it nobody signs or hands in.
ALTER TABLE visits ADD COLUMN unanswered_because text;
