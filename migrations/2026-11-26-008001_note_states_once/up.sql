-- Rows below units are written as 'stored' when the bytes are durable: that step has nothing to repeat there.
DROP TRIGGER photos_state_below_units ON photos;
CREATE TRIGGER photos_state_below_units AFTER UPDATE OF state ON photos
    FOR EACH ROW WHEN (OLD.state NOT IN (NEW.state, 'announced')
        AND NEW.state IN ('stored', 'ready', 'no_preview', 'quarantined'))
    EXECUTE FUNCTION note_state_below_units();
