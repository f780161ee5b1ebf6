-- After-photos: evidence for a corrective action, no part of what its visit handed in.
ALTER TABLE photos ADD COLUMN action_id uuid;
ALTER TABLE photos ADD CONSTRAINT photos_of_action FOREIGN KEY (action_id) REFERENCES actions (id) NOT VALID;
ALTER TABLE photos ADD CONSTRAINT photos_action_without_item CHECK (action_id IS NULL OR item_code IS NULL) NOT VALID;
