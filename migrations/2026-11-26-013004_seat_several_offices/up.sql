-- A team has a number in its programme; its members come from offices, have several titles and work in groups.
ALTER TABLE teams ADD COLUMN number integer;
ALTER TABLE team_members
    ADD COLUMN office text NOT NULL DEFAULT '',
    ADD COLUMN office_unit_id uuid,
    ADD COLUMN positions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN team_group text NOT NULL DEFAULT '';
ALTER TABLE team_members
    ADD CONSTRAINT team_members_office_known FOREIGN KEY (office_unit_id) REFERENCES units (id) NOT VALID;
-- What follows where a member belongs to the unit, or was there lately: an owner's own data.
CREATE TABLE assignment_rules (
    owner_id uuid PRIMARY KEY REFERENCES owners (id),
    own_unit text NOT NULL CHECK (own_unit IN ('off', 'warn', 'refuse')),
    rotation text NOT NULL CHECK (rotation IN ('off', 'warn', 'refuse')),
    rotation_days integer NOT NULL CHECK (rotation_days > 0),
    version integer NOT NULL,
    changed_at timestamptz NOT NULL
);
