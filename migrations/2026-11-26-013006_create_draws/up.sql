-- Random draws of sites: the seed is bound by its hash when the draw is made, and told when it may be known.
CREATE TABLE draws (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    title text NOT NULL,
    -- Strata with their units and how many are drawn, as the domain writes them.
    strata jsonb NOT NULL,
    seed bytea NOT NULL,
    commitment text NOT NULL,
    drawn jsonb NOT NULL,
    made_by uuid REFERENCES accounts (id),
    made_at timestamptz NOT NULL,
    told_at timestamptz
);
CREATE INDEX draws_by_campaign ON draws (campaign_id, made_at, id);
