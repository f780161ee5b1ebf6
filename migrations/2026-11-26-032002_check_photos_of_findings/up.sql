ALTER TABLE photos VALIDATE CONSTRAINT photos_of_finding;
ALTER TABLE photos VALIDATE CONSTRAINT photos_in_reply;
ALTER TABLE photos VALIDATE CONSTRAINT photos_about_one;
ALTER TABLE photos VALIDATE CONSTRAINT photos_reply_without_item;
