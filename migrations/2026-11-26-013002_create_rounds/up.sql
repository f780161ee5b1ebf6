-- Waves of a campaign, their targets and the teams that serve them.
CREATE TABLE rounds (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    number integer NOT NULL CHECK (number > 0),
    name text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('first', 're_inspection')),
    starts_on date,
    ends_on date,
    version integer NOT NULL DEFAULT 1,
    created_by uuid REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT rounds_number_unique UNIQUE (campaign_id, number),
    CONSTRAINT rounds_order CHECK (ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on)
);
CREATE TABLE round_targets (
    round_id uuid NOT NULL REFERENCES rounds (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    -- Both follow from the round; they stand here so that the rule below is an index.
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    purpose text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (round_id, unit_id)
);
CREATE UNIQUE INDEX round_targets_once ON round_targets (campaign_id, unit_id) WHERE purpose = 'first';
CREATE TABLE round_teams (
    round_id uuid NOT NULL REFERENCES rounds (id),
    team_id uuid NOT NULL REFERENCES teams (id),
    PRIMARY KEY (round_id, team_id)
);
