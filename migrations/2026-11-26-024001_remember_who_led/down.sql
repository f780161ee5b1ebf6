DROP TRIGGER team_members_remember_who_led ON team_members;
DROP FUNCTION remember_who_led();
ALTER TABLE team_members DROP COLUMN has_led;
