-- The office writes down for a recipient by name that the receipt came back.
ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_acknowledged;
ALTER TABLE notice_recipients ADD CONSTRAINT notice_recipients_acknowledged CHECK (
    (acknowledged_by IS NULL) = (acknowledged_at IS NULL)) NOT VALID;
ALTER TABLE notice_recipients VALIDATE CONSTRAINT notice_recipients_acknowledged;
