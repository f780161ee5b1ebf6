-- Conclusion notices: what an inspection, or a meeting that sums many up, tells those it concerns.
CREATE TABLE notices (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    -- What it corrects, and what that is called on paper.
    corrects_id uuid REFERENCES notices (id),
    corrects_called text,
    state text NOT NULL CHECK (state IN ('draft', 'reviewed', 'signed', 'issued')),
    -- Which visits were asked for, and those that it sums up.
    cover jsonb NOT NULL,
    visit_ids uuid[] NOT NULL,
    -- Its words, and its figures: copies with the queries that made them and the rows they were counted from.
    content jsonb NOT NULL,
    figures jsonb NOT NULL,
    writers uuid[] NOT NULL,
    drafted_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL,
    reviewed_by uuid REFERENCES accounts (id),
    reviewed_at timestamptz,
    -- Set by signing.
    number integer CHECK (number > 0),
    symbol text,
    issuer text,
    year integer,
    signed_on date,
    place text,
    signer jsonb,
    signed_by uuid REFERENCES accounts (id),
    signed_at timestamptz,
    document text,
    document_sha256 text,
    issued_by uuid REFERENCES accounts (id),
    issued_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT notices_number_unique UNIQUE (issuer, year, number, symbol),
    CONSTRAINT notices_corrects CHECK ((corrects_id IS NULL) = (corrects_called IS NULL)),
    CONSTRAINT notices_reviewed CHECK ((state = 'draft') = (reviewed_by IS NULL)),
    CONSTRAINT notices_signed CHECK (
        CASE WHEN state IN ('signed', 'issued')
            THEN num_nonnulls(number, symbol, issuer, year, signed_on, place, signer, signed_by, signed_at, document,
                document_sha256) = 11
            ELSE num_nonnulls(number, symbol, issuer, year, signed_on, place, signer, signed_by, signed_at, document,
                document_sha256) = 0
        END),
    CONSTRAINT notices_issued CHECK ((state = 'issued') = (issued_by IS NOT NULL AND issued_at IS NOT NULL)),
    -- Four eyes: whoever wrote it neither reviews nor signs it.
    CONSTRAINT notices_reviewed_by_another CHECK (reviewed_by <> ALL (writers)),
    CONSTRAINT notices_signed_by_another CHECK (signed_by <> ALL (writers))
);
CREATE INDEX notices_by_owner ON notices (owner_id, drafted_at DESC, id DESC);
CREATE INDEX notices_by_campaign ON notices (campaign_id, drafted_at DESC, id DESC);
CREATE INDEX notices_by_corrected ON notices (corrects_id) WHERE corrects_id IS NOT NULL;

-- Whoever gets it, in the order of the paper; units acknowledge.
CREATE TABLE notice_recipients (
    notice_id uuid NOT NULL REFERENCES notices (id),
    place integer NOT NULL,
    unit_id uuid REFERENCES units (id),
    unit_ancestors uuid[] NOT NULL,
    name text NOT NULL,
    acknowledged_by uuid REFERENCES accounts (id),
    acknowledged_at timestamptz,
    PRIMARY KEY (notice_id, place),
    CONSTRAINT notice_recipients_once UNIQUE (notice_id, unit_id),
    CONSTRAINT notice_recipients_acknowledged CHECK (
        (acknowledged_by IS NULL) = (acknowledged_at IS NULL) AND (unit_id IS NOT NULL OR acknowledged_at IS NULL))
);

-- A notice under the units that get it and each unit above them.
CREATE TABLE notice_units (
    notice_id uuid NOT NULL REFERENCES notices (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    drafted_at timestamptz NOT NULL,
    PRIMARY KEY (notice_id, unit_id)
);
CREATE INDEX notice_units_by_unit ON notice_units (unit_id, drafted_at DESC, notice_id DESC);

-- What is signed never changes; only that it is issued is added.
CREATE FUNCTION refuse_change_of_signed_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - ARRAY['state', 'issued_by', 'issued_at', 'version'])
            = (to_jsonb(OLD) - ARRAY['state', 'issued_by', 'issued_at', 'version']) AND OLD.state = 'signed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed notice never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_immutable';
END $$;
CREATE TRIGGER notices_immutable BEFORE UPDATE OR DELETE ON notices
    FOR EACH ROW WHEN (OLD.state IN ('signed', 'issued')) EXECUTE FUNCTION refuse_change_of_signed_notice();
CREATE FUNCTION refuse_change_of_signed_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM notices WHERE id = COALESCE(OLD.notice_id, NEW.notice_id)
            AND state IN ('signed', 'issued'))
        AND (TG_OP <> 'UPDATE' OR (to_jsonb(NEW) - ARRAY['acknowledged_by', 'acknowledged_at'])
            <> (to_jsonb(OLD) - ARRAY['acknowledged_by', 'acknowledged_at']) OR OLD.acknowledged_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the recipients of a signed notice never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_immutable';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER notice_recipients_immutable BEFORE INSERT OR UPDATE OR DELETE ON notice_recipients
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signed_recipients();
