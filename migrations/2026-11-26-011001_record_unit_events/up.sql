-- What happened to units: which versions ended and began, by which instrument, who took over from whom.
CREATE TABLE unit_events (
    id uuid PRIMARY KEY,
    kind text NOT NULL
        CHECK (kind IN ('create', 'rename', 'reclassify', 'transfer', 'merge', 'split', 'abolish')),
    instrument text,
    -- When the instrument took effect in law, from when the new units work, and when versions end and begin.
    legal_date date,
    operating_date date NOT NULL,
    effective_on date NOT NULL,
    certainty text NOT NULL CHECK (certainty IN ('high', 'medium', 'low', 'inferred')),
    note text NOT NULL,
    -- As the domain writes them. They stay when an event is undone, though versions and successions go.
    effects jsonb NOT NULL,
    successions jsonb NOT NULL,
    -- The register that says so; NULL where somebody recorded it here.
    register text,
    recorded_by uuid REFERENCES accounts (id),
    recorded_at timestamptz NOT NULL,
    undone_by uuid REFERENCES accounts (id),
    undone_at timestamptz,
    undone_because text,
    CONSTRAINT unit_events_undone CHECK ((undone_at IS NULL) = (undone_because IS NULL))
);
CREATE INDEX unit_events_by_day ON unit_events (effective_on DESC, id DESC);

-- Which units an event touches.
CREATE TABLE unit_event_units (
    unit_id uuid NOT NULL REFERENCES units (id),
    event_id uuid NOT NULL REFERENCES unit_events (id),
    effective_on date NOT NULL,
    PRIMARY KEY (unit_id, event_id)
);
CREATE INDEX unit_event_units_by_day ON unit_event_units (unit_id, effective_on DESC, event_id DESC);
CREATE INDEX unit_event_units_by_event ON unit_event_units (event_id);

-- Who took over from whom, by events that stand.
CREATE TABLE unit_successions (
    from_id uuid NOT NULL REFERENCES units (id),
    to_id uuid NOT NULL REFERENCES units (id),
    event_id uuid NOT NULL REFERENCES unit_events (id),
    portion text NOT NULL CHECK (portion IN ('whole', 'part')),
    effective_on date NOT NULL,
    PRIMARY KEY (from_id, to_id, event_id),
    CONSTRAINT unit_successions_apart CHECK (from_id <> to_id)
);
CREATE INDEX unit_successions_by_successor ON unit_successions (to_id, from_id);
CREATE INDEX unit_successions_by_event ON unit_successions (event_id);

-- Codes are reused by the state, so that a code is looked for over all time.
CREATE INDEX unit_versions_by_code ON unit_versions (official_code, unit_id) WHERE official_code IS NOT NULL;
