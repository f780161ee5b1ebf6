-- A photo goes on naming the session it was declared in. As a foreign key without an index that made each forgotten
-- session of a program look through all photos; sessions of people are never deleted.
ALTER TABLE photos DROP CONSTRAINT photos_declared_session_fkey;
