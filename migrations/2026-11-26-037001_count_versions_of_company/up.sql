-- Hosts and guidance count their versions, so that a phone that corrects one without a line says which it has read.
ALTER TABLE visit_attendees ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE visit_guidance ADD COLUMN version integer NOT NULL DEFAULT 1;
