CREATE OR REPLACE FUNCTION note_state_below_action_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE action_units SET state = NEW.state WHERE action_id = NEW.id;
    RETURN NULL;
END $$;
DROP TRIGGER action_owners_note_action ON action_owners;
ALTER TABLE action_owners DROP COLUMN created_at, DROP COLUMN state;
DROP FUNCTION note_action_beside_its_owner();
