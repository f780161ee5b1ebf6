ALTER TABLE visit_guidance DROP COLUMN version;
ALTER TABLE visit_attendees DROP COLUMN version;
