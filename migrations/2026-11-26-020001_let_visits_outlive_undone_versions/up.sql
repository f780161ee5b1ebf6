-- A visit that nobody has made yet does not hold up the undoing of an event: that it did would tell of it.
ALTER TABLE visits
    ALTER COLUMN unit_version_id DROP NOT NULL,
    DROP CONSTRAINT visits_unit_version_id_fkey,
    ADD CONSTRAINT visits_unit_version_id_fkey
        FOREIGN KEY (unit_version_id) REFERENCES unit_versions (id) ON DELETE SET NULL NOT VALID;
ALTER TABLE visits VALIDATE CONSTRAINT visits_unit_version_id_fkey;
-- One that was made rests on what was there that day.
ALTER TABLE visits ADD CONSTRAINT visits_made_at_a_unit
    CHECK (checked_in_at IS NULL OR unit_version_id IS NOT NULL) NOT VALID;
ALTER TABLE visits VALIDATE CONSTRAINT visits_made_at_a_unit;
