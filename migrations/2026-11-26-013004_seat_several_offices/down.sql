DROP TABLE assignment_rules;
ALTER TABLE team_members DROP CONSTRAINT team_members_office_known;
ALTER TABLE team_members
    DROP COLUMN office, DROP COLUMN office_unit_id, DROP COLUMN positions, DROP COLUMN team_group;
ALTER TABLE teams DROP COLUMN number;
