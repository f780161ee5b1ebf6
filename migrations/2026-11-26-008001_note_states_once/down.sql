DROP TRIGGER photos_state_below_units ON photos;
CREATE TRIGGER photos_state_below_units AFTER UPDATE OF state ON photos
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('stored', 'ready', 'no_preview', 'quarantined'))
    EXECUTE FUNCTION note_state_below_units();
