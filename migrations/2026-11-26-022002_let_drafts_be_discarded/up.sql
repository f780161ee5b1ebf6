-- A draft that nobody wants any more is discarded: kept, marked, and never signed.
ALTER TABLE notices ADD COLUMN discarded_by uuid REFERENCES accounts (id), ADD COLUMN discarded_at timestamptz;
ALTER TABLE notices DROP CONSTRAINT notices_state_check, DROP CONSTRAINT notices_reviewed;
ALTER TABLE notices
    ADD CONSTRAINT notices_state_check CHECK (state IN ('draft', 'reviewed', 'signed', 'issued', 'discarded')) NOT VALID,
    ADD CONSTRAINT notices_reviewed CHECK (state = 'discarded' OR (state = 'draft') = (reviewed_by IS NULL)) NOT VALID,
    ADD CONSTRAINT notices_discarded
        CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_at IS NOT NULL)) NOT VALID;
ALTER TABLE notices VALIDATE CONSTRAINT notices_state_check;
ALTER TABLE notices VALIDATE CONSTRAINT notices_reviewed;
ALTER TABLE notices VALIDATE CONSTRAINT notices_discarded;
