-- Who is inspected, through time. Codes and names are reused by the state: identity is our own id.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE units (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('administrative', 'organisation')),
    created_at timestamptz NOT NULL
);

CREATE TABLE unit_versions (
    id uuid PRIMARY KEY,
    unit_id uuid NOT NULL REFERENCES units (id),
    name text NOT NULL,
    -- Folded for search: no case, no accents, d for đ. Ordered by code point, so that one index orders and finds prefixes.
    name_key text COLLATE "C" NOT NULL,
    unit_type text NOT NULL,
    parent_id uuid REFERENCES units (id),
    official_code text,
    valid_from date NOT NULL,
    valid_to date,
    instrument text,
    certainty text NOT NULL CHECK (certainty IN ('high', 'medium', 'low', 'inferred')),
    created_at timestamptz NOT NULL,
    CONSTRAINT unit_versions_order CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT unit_versions_no_overlap EXCLUDE USING gist
        (unit_id WITH =, daterange(valid_from, valid_to) WITH &&)
        -- A register that is entered again moves several dates at once.
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX unit_versions_by_parent ON unit_versions (parent_id, name_key, unit_id);
CREATE INDEX unit_versions_by_name ON unit_versions (name_key, unit_id);

-- Where an office is: a point with a radius, or a polygon. A new survey is a new row.
CREATE TABLE premises (
    id uuid PRIMARY KEY,
    unit_id uuid NOT NULL REFERENCES units (id),
    name text NOT NULL,
    address text NOT NULL,
    -- The area as the domain writes it: {"circle": …} or {"polygon": …}.
    area jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    created_by uuid REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT premises_order CHECK (valid_to IS NULL OR valid_to > valid_from)
);
CREATE INDEX premises_by_unit ON premises (unit_id, valid_from);

ALTER TABLE grants ADD CONSTRAINT grants_unit_known FOREIGN KEY (unit_id) REFERENCES units (id);
