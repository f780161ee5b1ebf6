-- Who may use Fieldproof: owning bodies, accounts, grants, clients, sessions, keys.
CREATE TABLE owners (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT owners_code_unique UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    -- NFC, lower case: how people type it at the sign-in page.
    login text NOT NULL CONSTRAINT accounts_login_unique UNIQUE,
    display_name text NOT NULL,
    locale text NOT NULL CHECK (locale IN ('vi', 'en')),
    state text NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    password_hash text,
    password_changed_at timestamptz,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);

CREATE TABLE invitations (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    purpose text NOT NULL CHECK (purpose IN ('invite', 'reset')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX invitations_by_account ON invitations (account_id);

CREATE TABLE grants (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text NOT NULL,
    -- NULL only for an administrator of the whole installation.
    owner_id uuid REFERENCES owners (id),
    -- Narrowed to a unit and everything below it, or to one campaign.
    unit_id uuid,
    campaign_id uuid,
    granted_by uuid REFERENCES accounts (id),
    granted_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT grants_owner_present CHECK (owner_id IS NOT NULL OR role = 'administrator')
);
CREATE INDEX grants_by_account ON grants (account_id) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX grants_once ON grants (account_id, role, owner_id, unit_id, campaign_id)
    NULLS NOT DISTINCT WHERE revoked_at IS NULL;

CREATE TABLE clients (
    id text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('public', 'confidential')),
    secret_hash bytea,
    redirect_uris text[] NOT NULL,
    scopes text[] NOT NULL,
    -- The owner whose data a confidential client (integrator) may read.
    owner_id uuid REFERENCES owners (id),
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT clients_confidential_has_secret CHECK ((kind = 'confidential') = (secret_hash IS NOT NULL))
);

-- One sign-in on one device or browser; also the family of its refresh tokens.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('browser', 'app', 'integrator')),
    account_id uuid REFERENCES accounts (id),
    client_id text REFERENCES clients (id),
    device_name text,
    scopes text[] NOT NULL,
    -- Browser sessions: hash of the cookie's secret, and the proof that forms carry.
    secret_hash bytea CONSTRAINT sessions_secret_unique UNIQUE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_because text
);
CREATE INDEX sessions_by_account ON sessions (account_id) WHERE revoked_at IS NULL;

CREATE TABLE authorization_codes (
    code_hash bytea PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    redirect_uri text NOT NULL,
    code_challenge text NOT NULL,
    scopes text[] NOT NULL,
    device_name text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    -- The session the code was traded for, so that a replayed code can end it.
    session_id uuid REFERENCES sessions (id)
);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    -- Sealed for the short time in which a lost answer may be asked for again, then cleared.
    successor_sealed bytea
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('access', 'notary')),
    state text NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    -- PKCS#8 private key, sealed with the installation's secret.
    private_sealed bytea NOT NULL,
    public_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,
    retired_at timestamptz
);
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (purpose) WHERE state = 'active';

-- Failed sign-ins per account and per source, for throttling without lock-out.
CREATE TABLE sign_in_failures (
    subject text PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL
);

-- The public client everybody can begin with: a loopback port of the app's choice (RFC 8252) or the app's own scheme.
INSERT INTO clients (id, name, kind, redirect_uris, scopes, created_at) VALUES (
    'fieldproof-phone', 'Fieldproof', 'public',
    ARRAY['http://127.0.0.1/callback', 'http://[::1]/callback', 'vn.fieldproof.phone:/callback'],
    ARRAY['profile', 'accounts:read', 'accounts:write', 'units:read', 'units:write', 'templates:read',
          'templates:write', 'campaigns:read', 'campaigns:write', 'visits:read', 'visits:write', 'photos:read',
          'photos:write', 'originals:read'],
    now());
