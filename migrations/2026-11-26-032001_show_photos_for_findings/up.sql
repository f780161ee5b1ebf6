-- Photos of a finding: what the team saw of it, and what the unit replies with, which is no part of the visit.
ALTER TABLE photos ADD COLUMN finding_id uuid, ADD COLUMN reply_to uuid;
ALTER TABLE photos
    ADD CONSTRAINT photos_of_finding FOREIGN KEY (finding_id) REFERENCES findings (id) NOT VALID,
    ADD CONSTRAINT photos_in_reply FOREIGN KEY (reply_to) REFERENCES findings (id) NOT VALID,
    ADD CONSTRAINT photos_about_one CHECK (num_nonnulls(action_id, finding_id, reply_to) <= 1) NOT VALID,
    ADD CONSTRAINT photos_reply_without_item CHECK (reply_to IS NULL OR item_code IS NULL) NOT VALID;
