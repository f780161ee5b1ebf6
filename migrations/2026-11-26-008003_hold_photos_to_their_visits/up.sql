ALTER TABLE photos ADD CONSTRAINT photos_of_visit FOREIGN KEY (visit_id, owner_id, campaign_id, unit_id)
    REFERENCES visits (id, owner_id, campaign_id, unit_id) ON UPDATE CASCADE NOT VALID;
