ALTER TABLE photos VALIDATE CONSTRAINT photos_of_action;
ALTER TABLE photos VALIDATE CONSTRAINT photos_action_without_item;
