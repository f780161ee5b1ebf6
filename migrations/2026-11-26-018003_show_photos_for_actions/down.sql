ALTER TABLE photos DROP CONSTRAINT photos_action_without_item;
ALTER TABLE photos DROP CONSTRAINT photos_of_action;
ALTER TABLE photos DROP COLUMN action_id;
