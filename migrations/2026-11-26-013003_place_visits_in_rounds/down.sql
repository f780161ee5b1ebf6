ALTER TABLE visits DROP CONSTRAINT visits_kind_check;
ALTER TABLE visits ADD CONSTRAINT visits_kind_check CHECK (kind IN ('planned', 'surprise', 're_inspection'));
ALTER TABLE visits DROP CONSTRAINT visits_round_known, DROP CONSTRAINT visits_joined_into_known;
ALTER TABLE visits
    DROP COLUMN round_id, DROP COLUMN review_from, DROP COLUMN review_to, DROP COLUMN joined_into_id,
    DROP COLUMN plan_warnings;
