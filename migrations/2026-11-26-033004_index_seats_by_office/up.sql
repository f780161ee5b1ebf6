-- Whether anybody on a team comes from a unit.
CREATE INDEX CONCURRENTLY team_members_by_office ON team_members (office_unit_id) WHERE office_unit_id IS NOT NULL;
