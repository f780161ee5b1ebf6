-- Hosts and guidance that were entered by mistake are taken back: they stay on record, and no phone brings them back by
-- sending them again.
ALTER TABLE visit_attendees ADD COLUMN removed_at timestamptz;
ALTER TABLE visit_guidance ADD COLUMN removed_at timestamptz;
