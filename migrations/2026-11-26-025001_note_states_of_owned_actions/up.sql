-- When an action was made and how it stands, beside whoever answers for it: "what is open at this unit itself" is one seek
-- for each state, however much it settled before. Kept by triggers, so that a server of before writes as it did.
CREATE FUNCTION note_action_beside_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT created_at, state INTO NEW.created_at, NEW.state FROM actions WHERE id = NEW.action_id;
    RETURN NEW;
END $$;
ALTER TABLE action_owners ADD COLUMN created_at timestamptz, ADD COLUMN state text;
CREATE TRIGGER action_owners_note_action BEFORE INSERT ON action_owners
    FOR EACH ROW EXECUTE FUNCTION note_action_beside_its_owner();
CREATE OR REPLACE FUNCTION note_state_below_action_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE action_units SET state = NEW.state WHERE action_id = NEW.id;
    UPDATE action_owners SET state = NEW.state WHERE action_id = NEW.id;
    RETURN NULL;
END $$;
