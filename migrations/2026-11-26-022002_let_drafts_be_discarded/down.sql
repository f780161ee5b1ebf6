DELETE FROM notice_units WHERE notice_id IN (SELECT id FROM notices WHERE state = 'discarded');
DELETE FROM notice_recipients WHERE notice_id IN (SELECT id FROM notices WHERE state = 'discarded');
DELETE FROM notices WHERE state = 'discarded';
ALTER TABLE notices DROP CONSTRAINT notices_discarded, DROP CONSTRAINT notices_reviewed, DROP CONSTRAINT notices_state_check;
ALTER TABLE notices
    ADD CONSTRAINT notices_state_check CHECK (state IN ('draft', 'reviewed', 'signed', 'issued')),
    ADD CONSTRAINT notices_reviewed CHECK ((state = 'draft') = (reviewed_by IS NULL)),
    DROP COLUMN discarded_by, DROP COLUMN discarded_at;
