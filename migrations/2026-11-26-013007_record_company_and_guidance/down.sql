DROP TABLE visit_guidance, visit_attendees;
