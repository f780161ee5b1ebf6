ALTER TABLE action_owners DROP CONSTRAINT action_owners_noted;
