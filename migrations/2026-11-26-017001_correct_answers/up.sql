-- An addendum about an item carries the answer as it should have been, so that figures can follow it.
ALTER TABLE minutes_addenda
    ADD COLUMN template_version_id uuid,
    ADD COLUMN answer jsonb,
    ADD COLUMN outcome text;
ALTER TABLE minutes_addenda ADD CONSTRAINT minutes_addenda_template_known
    FOREIGN KEY (template_version_id) REFERENCES template_versions (id) NOT VALID;
ALTER TABLE minutes_addenda ADD CONSTRAINT minutes_addenda_answer CHECK
    ((answer IS NULL) = (outcome IS NULL) AND (answer IS NULL) = (template_version_id IS NULL)
     AND (answer IS NULL OR item_code IS NOT NULL)
     AND (outcome IS NULL OR outcome IN ('pass', 'partial', 'fail', 'na', 'recorded'))) NOT VALID;
