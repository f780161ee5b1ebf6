ALTER TABLE photo_ancestors ADD CONSTRAINT photo_ancestors_ancestor_id_fkey FOREIGN KEY (ancestor_id) REFERENCES units (id),
    ADD CONSTRAINT photo_ancestors_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id);
ALTER TABLE photos ADD CONSTRAINT photos_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id),
    ADD CONSTRAINT photos_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns (id),
    ADD CONSTRAINT photos_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visits (id),
    ADD CONSTRAINT photos_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units (id);
