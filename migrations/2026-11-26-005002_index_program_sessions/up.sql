-- Which sessions of programs are over: for the sweep alone.
CREATE INDEX CONCURRENTLY sessions_of_programs ON sessions (expires_at) WHERE kind = 'integrator';
