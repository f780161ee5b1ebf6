-- Who is to remedy what by when.
CREATE TABLE actions (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    visit_id uuid NOT NULL REFERENCES visits (id),
    team_id uuid NOT NULL REFERENCES teams (id),
    kind text NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    -- The last day in Vietnam; whether it is over is never stored.
    due_on date,
    issued_at timestamptz,
    programme_id uuid REFERENCES campaign_documents (id),
    series_id uuid REFERENCES actions (id),
    instance integer NOT NULL DEFAULT 1,
    -- What became of it: measures, reports, requests for more time.
    story jsonb NOT NULL,
    created_by uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT actions_due CHECK (state IN ('proposed', 'cancelled') OR due_on IS NOT NULL)
);
CREATE INDEX actions_by_owner ON actions (owner_id, created_at DESC, id DESC);
CREATE INDEX actions_by_campaign ON actions (campaign_id, created_at DESC, id DESC);
CREATE INDEX actions_by_team ON actions (team_id, created_at DESC, id DESC);
CREATE INDEX actions_by_state ON actions (owner_id, state, created_at DESC, id DESC);
CREATE INDEX actions_awaited ON actions (owner_id, due_on)
    WHERE state IN ('issued', 'accepted', 'in_progress', 'returned');

CREATE TABLE action_owners (
    action_id uuid NOT NULL REFERENCES actions (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    unit_path text NOT NULL,
    unit_ancestors uuid[] NOT NULL,
    PRIMARY KEY (action_id, unit_id)
);
CREATE INDEX action_owners_by_unit ON action_owners (unit_id);

-- An action under the units that own it, the unit it came from, and each unit above them.
CREATE TABLE action_units (
    action_id uuid NOT NULL REFERENCES actions (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (action_id, unit_id)
);
CREATE INDEX action_units_by_unit ON action_units (unit_id, created_at DESC, action_id DESC);

CREATE TABLE action_findings (
    action_id uuid NOT NULL REFERENCES actions (id),
    finding_id uuid NOT NULL REFERENCES findings (id),
    verified_at timestamptz,
    PRIMARY KEY (action_id, finding_id)
);
CREATE INDEX action_findings_by_finding ON action_findings (finding_id);

-- Each verification as it was given; a critical finding needs one of somebody who does not lead its team.
CREATE TABLE action_verifications (
    action_id uuid NOT NULL,
    finding_id uuid NOT NULL,
    report integer NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (action_id, finding_id, report, account_id),
    FOREIGN KEY (action_id, finding_id) REFERENCES action_findings (action_id, finding_id)
);
