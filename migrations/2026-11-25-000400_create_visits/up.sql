-- One team at one unit once, and what it answered there.
CREATE TABLE visits (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    team_id uuid NOT NULL REFERENCES teams (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    -- The unit as it was on the planned day: its version, its printed path, its ancestors (nearest first).
    unit_version_id uuid NOT NULL REFERENCES unit_versions (id),
    unit_path text NOT NULL,
    unit_ancestors uuid[] NOT NULL,
    premises_id uuid REFERENCES premises (id),
    kind text NOT NULL CHECK (kind IN ('planned', 'surprise', 're_inspection')),
    state text NOT NULL,
    planned_start timestamptz NOT NULL,
    planned_end timestamptz NOT NULL,
    -- Surprise visits are sealed until this is set, at check-in.
    disclosed_at timestamptz,
    dispatched_at timestamptz,
    checked_in_at timestamptz,
    check_in jsonb,
    submitted_at timestamptz,
    finalised_at timestamptz,
    ended_because text,
    previous_visit_id uuid REFERENCES visits (id),
    minutes jsonb,
    version integer NOT NULL DEFAULT 1,
    -- Evidence log of this visit: the last number handed out. Per visit, so that numbers tell nothing of others.
    last_log_number bigint NOT NULL DEFAULT 0,
    created_by uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT visits_window CHECK (planned_end > planned_start),
    CONSTRAINT visits_re_inspection_has_previous CHECK ((kind = 're_inspection') = (previous_visit_id IS NOT NULL))
);
CREATE INDEX visits_by_owner ON visits (owner_id, planned_start DESC, id DESC);
CREATE INDEX visits_by_campaign ON visits (campaign_id, owner_id, planned_start DESC, id DESC);
CREATE INDEX visits_by_state ON visits (owner_id, state, planned_start DESC, id DESC);
CREATE INDEX visits_by_kind ON visits (owner_id, kind, planned_start DESC, id DESC);
CREATE INDEX visits_by_team ON visits (team_id, planned_start DESC, id DESC);
CREATE INDEX visits_by_unit ON visits (unit_id, planned_start DESC, id DESC);

-- A visit under its unit and each unit above it, so that "everything below a province" is one index seek. Kept by
-- the trigger: whoever enters or moves a visit can't forget it.
CREATE TABLE visit_units (
    unit_id uuid NOT NULL REFERENCES units (id),
    planned_start timestamptz NOT NULL,
    visit_id uuid NOT NULL REFERENCES visits (id),
    owner_id uuid NOT NULL REFERENCES owners (id),
    PRIMARY KEY (visit_id, unit_id)
);
CREATE INDEX visit_units_by_unit ON visit_units (unit_id, planned_start DESC, visit_id DESC);
CREATE INDEX visit_units_by_owner ON visit_units (unit_id, owner_id, planned_start DESC, visit_id DESC);
CREATE FUNCTION place_visit_below_its_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM visit_units WHERE visit_id = NEW.id;
    INSERT INTO visit_units (unit_id, planned_start, visit_id, owner_id)
        SELECT DISTINCT above, NEW.planned_start, NEW.id, NEW.owner_id
        FROM unnest(NEW.unit_id || NEW.unit_ancestors) AS above;
    RETURN NULL;
END $$;
CREATE TRIGGER visits_below_units AFTER INSERT ON visits
    FOR EACH ROW EXECUTE FUNCTION place_visit_below_its_units();
CREATE TRIGGER visits_below_other_units AFTER UPDATE OF planned_start, unit_ancestors ON visits
    FOR EACH ROW WHEN (OLD.planned_start <> NEW.planned_start OR OLD.unit_ancestors <> NEW.unit_ancestors)
    EXECUTE FUNCTION place_visit_below_its_units();

CREATE TABLE visit_templates (
    visit_id uuid NOT NULL REFERENCES visits (id),
    template_version_id uuid NOT NULL REFERENCES template_versions (id),
    position integer NOT NULL,
    PRIMARY KEY (visit_id, template_version_id)
);

-- Who of the authority may read one sealed visit.
CREATE TABLE visit_clearances (
    visit_id uuid NOT NULL REFERENCES visits (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    cleared_by uuid NOT NULL REFERENCES accounts (id),
    cleared_at timestamptz NOT NULL,
    PRIMARY KEY (visit_id, account_id)
);
CREATE INDEX visit_clearances_by_account ON visit_clearances (account_id);

CREATE TABLE responses (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits (id),
    template_version_id uuid NOT NULL REFERENCES template_versions (id),
    item_code text NOT NULL,
    -- The answer as the domain writes it, tagged by its type.
    answer jsonb NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('pass', 'partial', 'fail', 'na', 'recorded')),
    note text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    answered_by uuid NOT NULL REFERENCES accounts (id),
    answered_at timestamptz NOT NULL,
    answered_offset_s integer NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT responses_one_per_item UNIQUE (visit_id, template_version_id, item_code)
);
