-- What was written down for a recipient by name stays; nothing is added to it.
ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_acknowledged;
ALTER TABLE notice_recipients ADD CONSTRAINT notice_recipients_acknowledged CHECK (
    (acknowledged_by IS NULL) = (acknowledged_at IS NULL) AND (unit_id IS NOT NULL OR acknowledged_at IS NULL))
    NOT VALID;
