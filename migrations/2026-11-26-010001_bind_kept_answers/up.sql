-- What the right to a kept answer rested on: asked again before the answer is given again.
ALTER TABLE replays ADD COLUMN footing text[];
ALTER TABLE replays ADD COLUMN visit_id uuid;
-- Visits are never deleted; old rows name none, so there is nothing to look through.
ALTER TABLE replays ADD CONSTRAINT replays_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visits (id) NOT VALID;
