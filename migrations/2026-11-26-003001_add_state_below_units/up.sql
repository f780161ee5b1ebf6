-- The state of a photo beside its units, so that "quarantined below a province" is one index seek. Kept by the
-- trigger: whoever changes a state can't forget it. Withdrawn photos leave this table.
ALTER TABLE photo_ancestors ADD COLUMN state text NOT NULL DEFAULT 'stored';
CREATE FUNCTION note_state_below_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE photo_ancestors SET state = NEW.state WHERE photo_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER photos_state_below_units AFTER UPDATE OF state ON photos
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('stored', 'ready', 'no_preview', 'quarantined'))
    EXECUTE FUNCTION note_state_below_units();
