-- What another device said of an item, beside the answer that is kept: the lead decides.
CREATE TABLE response_candidates (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits (id),
    template_version_id uuid NOT NULL REFERENCES template_versions (id),
    item_code text NOT NULL,
    -- As the phone named it.
    response_id uuid NOT NULL,
    answer jsonb NOT NULL,
    outcome text NOT NULL,
    note text NOT NULL,
    answered_by uuid NOT NULL REFERENCES accounts (id),
    answered_at timestamptz NOT NULL,
    answered_offset_s integer NOT NULL,
    received_at timestamptz NOT NULL,
    taken boolean,
    decided_by uuid REFERENCES accounts (id),
    decided_at timestamptz,
    CONSTRAINT response_candidates_decided CHECK
        ((taken IS NULL) = (decided_by IS NULL) AND (taken IS NULL) = (decided_at IS NULL))
);
CREATE INDEX response_candidates_by_visit ON response_candidates (visit_id, item_code, received_at, id);
