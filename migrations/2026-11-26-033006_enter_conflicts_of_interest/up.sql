-- Who is not to be sent where, whatever office they come from. Withdrawn ones stay on record.
CREATE TABLE conflicts_of_interest (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    reason text NOT NULL,
    entered_by uuid REFERENCES accounts (id),
    entered_at timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE UNIQUE INDEX conflicts_of_interest_once ON conflicts_of_interest (owner_id, account_id, unit_id)
    WHERE withdrawn_at IS NULL;
CREATE INDEX conflicts_of_interest_by_owner ON conflicts_of_interest (owner_id, entered_at DESC, id DESC)
    WHERE withdrawn_at IS NULL;
CREATE INDEX conflicts_of_interest_by_unit ON conflicts_of_interest (unit_id) WHERE withdrawn_at IS NULL;
ALTER TABLE assignment_rules ADD COLUMN conflict text NOT NULL DEFAULT 'refuse'
    CHECK (conflict IN ('off', 'warn', 'refuse'));
