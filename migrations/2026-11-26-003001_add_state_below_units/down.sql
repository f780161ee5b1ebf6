DROP TRIGGER photos_state_below_units ON photos;
DROP FUNCTION note_state_below_units();
ALTER TABLE photo_ancestors DROP COLUMN state;
