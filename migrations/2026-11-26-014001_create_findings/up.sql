-- What visits found, what is said of their items beside the team, what was asked of whom.
CREATE TABLE findings (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    visit_id uuid NOT NULL REFERENCES visits (id),
    team_id uuid NOT NULL REFERENCES teams (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    unit_ancestors uuid[] NOT NULL,
    unit_path text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('finding', 'strength')),
    -- Born from an item, or free with a category.
    item_code text,
    template_version_id uuid REFERENCES template_versions (id),
    category text,
    statement text NOT NULL,
    severity text CHECK (severity IN ('shortcoming', 'defect', 'violation')),
    critical boolean NOT NULL,
    root_cause text,
    -- NULL with precision 'period': known only to lie in the campaign's period.
    inspected_at timestamptz,
    precision text NOT NULL CHECK (precision IN ('instant', 'day', 'period')),
    reported_at timestamptz NOT NULL,
    state text NOT NULL,
    repeat_of uuid REFERENCES findings (id),
    repeat_count integer NOT NULL DEFAULT 0,
    -- What became of it: explanation, verification, re-inspection, links.
    story jsonb NOT NULL,
    proposed_by uuid NOT NULL REFERENCES accounts (id),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT findings_about CHECK ((item_code IS NULL) <> (category IS NULL)),
    CONSTRAINT findings_severity CHECK ((severity IS NULL) = (kind = 'strength')),
    CONSTRAINT findings_moment CHECK ((inspected_at IS NULL) = (precision = 'period')),
    CONSTRAINT findings_repeat CHECK ((repeat_of IS NULL) = (repeat_count = 0))
);
-- An item gives rise to one finding at a visit, whoever asks how often.
CREATE UNIQUE INDEX findings_one_per_item ON findings (visit_id, item_code) WHERE item_code IS NOT NULL;
CREATE UNIQUE INDEX findings_repeated_once ON findings (repeat_of) WHERE repeat_of IS NOT NULL;
CREATE INDEX findings_by_owner ON findings (owner_id, reported_at DESC, id DESC);
CREATE INDEX findings_by_campaign ON findings (campaign_id, reported_at DESC, id DESC);
CREATE INDEX findings_by_team ON findings (team_id, reported_at DESC, id DESC);
CREATE INDEX findings_by_unit ON findings (unit_id, owner_id);
CREATE INDEX findings_by_state ON findings (owner_id, state, reported_at DESC, id DESC);
CREATE INDEX findings_by_item ON findings (owner_id, item_code, reported_at DESC, id DESC);
CREATE INDEX findings_critical ON findings (owner_id, reported_at DESC, id DESC) WHERE critical;

-- A finding under its unit and each unit above it, so that a subtree is one seek.
CREATE TABLE finding_units (
    finding_id uuid NOT NULL REFERENCES findings (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    owner_id uuid NOT NULL REFERENCES owners (id),
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (finding_id, unit_id)
);
CREATE INDEX finding_units_by_unit ON finding_units (unit_id, reported_at DESC, finding_id DESC);
CREATE FUNCTION place_finding_below_its_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finding_units (finding_id, unit_id, owner_id, reported_at)
        SELECT DISTINCT NEW.id, above, NEW.owner_id, NEW.reported_at
        FROM unnest(NEW.unit_id || NEW.unit_ancestors) AS above;
    RETURN NULL;
END $$;
CREATE TRIGGER findings_below_units AFTER INSERT ON findings
    FOR EACH ROW EXECUTE FUNCTION place_finding_below_its_units();

-- Several bodies judge one item; none of them writes over another, nor over what it said itself.
CREATE TABLE assessments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits (id),
    item_code text NOT NULL,
    assessor text NOT NULL CHECK (assessor IN ('self', 'executive', 'elected_body')),
    assessor_name text NOT NULL,
    judgement text NOT NULL CHECK (judgement IN ('pass', 'partial', 'fail')),
    note text NOT NULL,
    entered_by uuid NOT NULL REFERENCES accounts (id),
    entered_at timestamptz NOT NULL,
    CONSTRAINT assessments_once UNIQUE (visit_id, item_code, assessor, assessor_name)
);

CREATE TABLE recommendations (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    visit_id uuid NOT NULL REFERENCES visits (id),
    text text NOT NULL,
    entered_by uuid NOT NULL REFERENCES accounts (id),
    entered_at timestamptz NOT NULL
);
CREATE INDEX recommendations_by_visit ON recommendations (visit_id, entered_at, id);
CREATE TABLE recommendation_addressees (
    recommendation_id uuid NOT NULL REFERENCES recommendations (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    unit_path text NOT NULL,
    PRIMARY KEY (recommendation_id, unit_id)
);
