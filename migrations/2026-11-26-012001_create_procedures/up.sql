-- Administrative procedures (thủ tục hành chính) as an owner's lists announce them, through time.
CREATE TABLE procedure_fields (
    owner_id uuid NOT NULL REFERENCES owners (id),
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (owner_id, code)
);

CREATE TABLE procedures (
    owner_id uuid NOT NULL,
    level text NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    -- Ordered by code point, so that pages and the index agree.
    code text COLLATE "C" NOT NULL,
    valid_from date NOT NULL,
    -- The first day on which it no longer holds.
    valid_to date,
    field text COLLATE "C" NOT NULL,
    name text NOT NULL,
    replaced_by text,
    instrument text,
    PRIMARY KEY (owner_id, level, code, valid_from),
    CONSTRAINT procedures_field_known FOREIGN KEY (owner_id, field) REFERENCES procedure_fields (owner_id, code),
    CONSTRAINT procedures_order CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT procedures_no_overlap EXCLUDE USING gist
        (owner_id WITH =, level WITH =, code WITH =, daterange(valid_from, valid_to) WITH &&)
        -- A list that is entered again moves several dates at once.
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX procedures_by_field ON procedures (owner_id, level, field, code);
