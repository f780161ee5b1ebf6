ALTER TABLE visits
    DROP CONSTRAINT visits_made_at_a_unit,
    DROP CONSTRAINT visits_unit_version_id_fkey,
    ADD CONSTRAINT visits_unit_version_id_fkey FOREIGN KEY (unit_version_id) REFERENCES unit_versions (id);
ALTER TABLE visits ALTER COLUMN unit_version_id SET NOT NULL;
