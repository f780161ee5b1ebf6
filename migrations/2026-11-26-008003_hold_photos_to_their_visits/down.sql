ALTER TABLE photos DROP CONSTRAINT photos_of_visit;
