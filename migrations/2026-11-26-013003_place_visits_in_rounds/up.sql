-- In which round a visit is made, which period it looks back on, with which visit it was joined, and what was worth a
-- second look when it was planned.
ALTER TABLE visits
    ADD COLUMN round_id uuid,
    ADD COLUMN review_from date,
    ADD COLUMN review_to date,
    ADD COLUMN joined_into_id uuid,
    ADD COLUMN plan_warnings text[] NOT NULL DEFAULT '{}';
ALTER TABLE visits ADD CONSTRAINT visits_round_known FOREIGN KEY (round_id) REFERENCES rounds (id) NOT VALID;
ALTER TABLE visits ADD CONSTRAINT visits_joined_into_known FOREIGN KEY (joined_into_id) REFERENCES visits (id) NOT VALID;
ALTER TABLE visits DROP CONSTRAINT visits_kind_check;
ALTER TABLE visits ADD CONSTRAINT visits_kind_check
    CHECK (kind IN ('planned', 'surprise', 're_inspection', 'working_session')) NOT VALID;
