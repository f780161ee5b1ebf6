ALTER TABLE photos ADD CONSTRAINT photos_declared_session_fkey
    FOREIGN KEY (declared_session) REFERENCES sessions (id) NOT VALID;
