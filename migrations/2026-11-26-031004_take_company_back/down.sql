ALTER TABLE visit_guidance DROP COLUMN removed_at;
ALTER TABLE visit_attendees DROP COLUMN removed_at;
