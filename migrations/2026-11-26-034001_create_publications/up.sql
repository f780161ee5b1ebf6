-- Totals of a campaign that its owner made public: counted once, kept as they were told.
CREATE TABLE publications (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    title text NOT NULL CHECK (title <> ''),
    as_of date NOT NULL,
    totals jsonb NOT NULL,
    published_by uuid NOT NULL REFERENCES accounts (id),
    published_at timestamptz NOT NULL,
    withdrawn_by uuid REFERENCES accounts (id),
    withdrawn_at timestamptz,
    withdrawn_because text,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_because IS NULL))
);
-- One of a campaign stands at a time.
CREATE UNIQUE INDEX publications_standing ON publications (campaign_id) WHERE withdrawn_at IS NULL;
-- Latest first, of everybody or of one owner.
CREATE INDEX publications_by_time ON publications (published_at, id) WHERE withdrawn_at IS NULL;
CREATE INDEX publications_of_owner ON publications (owner_id, published_at, id) WHERE withdrawn_at IS NULL;
