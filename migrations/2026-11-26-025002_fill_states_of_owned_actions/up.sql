-- Those that stood there before the columns came.
UPDATE action_owners o SET created_at = a.created_at, state = a.state FROM actions a WHERE a.id = o.action_id;
ALTER TABLE action_owners ADD CONSTRAINT action_owners_noted CHECK (created_at IS NOT NULL AND state IS NOT NULL);
