-- What is asked (checklists) and under what order (campaigns, their documents, their teams).
CREATE TABLE templates (
    id uuid PRIMARY KEY,
    -- NULL: part of the library every owner may use.
    owner_id uuid REFERENCES owners (id),
    code text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT templates_code_unique UNIQUE NULLS NOT DISTINCT (owner_id, code)
);

CREATE TABLE template_versions (
    id uuid PRIMARY KEY,
    template_id uuid NOT NULL REFERENCES templates (id),
    number integer NOT NULL CHECK (number > 0),
    state text NOT NULL CHECK (state IN ('draft', 'published')),
    -- The checklist as the domain writes it: titles, sections, items with response types and photo rules.
    body jsonb NOT NULL,
    -- SHA-256 over the canonical JSON of the body, set at publishing.
    body_sha256 bytea,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES accounts (id),
    published_at timestamptz,
    published_by uuid REFERENCES accounts (id),
    CONSTRAINT template_versions_number_unique UNIQUE (template_id, number),
    CONSTRAINT template_versions_published CHECK ((state = 'published') = (body_sha256 IS NOT NULL))
);
CREATE FUNCTION refuse_change_of_published_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published template version never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'template_versions_immutable';
END $$;
CREATE TRIGGER template_versions_immutable BEFORE UPDATE OR DELETE ON template_versions
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change_of_published_template();

CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    title text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('civil_service', 'thematic', 'reform', 'joint', 'supervision')),
    topics text[] NOT NULL,
    period_from date,
    period_to date,
    state text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_by uuid REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT campaigns_period_order CHECK (period_to IS NULL OR period_from IS NULL OR period_to >= period_from)
);
CREATE INDEX campaigns_by_owner ON campaigns (owner_id, created_at DESC, id DESC);

-- Plans and decisions. `number_text` is kept as written, the parts are parsed from it.
CREATE TABLE campaign_documents (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    kind text NOT NULL CHECK (kind IN ('plan', 'decision')),
    number_text text NOT NULL,
    number integer NOT NULL,
    symbol text NOT NULL,
    issuer text NOT NULL,
    issued_on date NOT NULL,
    year integer NOT NULL,
    title text NOT NULL,
    created_by uuid REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT campaign_documents_number_unique UNIQUE (issuer, year, number, symbol)
);
CREATE INDEX campaign_documents_by_campaign ON campaign_documents (campaign_id, kind);

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    name text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);
CREATE INDEX teams_by_campaign ON teams (campaign_id);

CREATE TABLE team_members (
    team_id uuid NOT NULL REFERENCES teams (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text NOT NULL CHECK (role IN ('lead', 'deputy', 'member', 'clerk')),
    position text NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (team_id, account_id)
);
CREATE UNIQUE INDEX team_members_one_lead ON team_members (team_id) WHERE role = 'lead' AND removed_at IS NULL;
CREATE INDEX team_members_by_account ON team_members (account_id) WHERE removed_at IS NULL;

ALTER TABLE grants ADD CONSTRAINT grants_campaign_known FOREIGN KEY (campaign_id) REFERENCES campaigns (id);
