-- Phones that their people's leads let in: each with a key of its own, and the session it speaks through.
CREATE TABLE devices (
    id uuid PRIMARY KEY,
    -- Whose lead or office let it in.
    owner_id uuid NOT NULL REFERENCES owners (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    name text NOT NULL,
    model text NOT NULL,
    -- The public key as a JWK (RFC 7517), and its thumbprint (RFC 7638).
    public_key jsonb NOT NULL,
    key_id text NOT NULL CONSTRAINT devices_key_once UNIQUE,
    enrolled_at timestamptz NOT NULL,
    enrolled_by uuid NOT NULL REFERENCES accounts (id),
    revoked_at timestamptz,
    revoked_by uuid REFERENCES accounts (id),
    revoked_because text,
    CONSTRAINT devices_revoked_whole CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX devices_by_account ON devices (account_id, enrolled_at DESC, id DESC);
CREATE INDEX devices_by_owner ON devices (owner_id, enrolled_at DESC, id DESC);

-- Codes that let a phone in, once and for minutes. The code itself is kept nowhere.
CREATE TABLE enrolments (
    id uuid PRIMARY KEY,
    code_hash bytea NOT NULL CONSTRAINT enrolments_code_once UNIQUE,
    owner_id uuid NOT NULL REFERENCES owners (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    issued_by uuid NOT NULL REFERENCES accounts (id),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- When a newer code for the same person took its place.
    replaced_at timestamptz,
    used_at timestamptz,
    -- The session and the device it was used for: the same request again gets the same answer.
    session_id uuid REFERENCES sessions (id),
    device_id uuid REFERENCES devices (id),
    CONSTRAINT enrolments_used_whole CHECK ((used_at IS NULL) = (device_id IS NULL))
);
CREATE INDEX enrolments_by_session ON enrolments (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX enrolments_open ON enrolments (account_id, owner_id) WHERE used_at IS NULL AND replaced_at IS NULL;

-- The device a session speaks for; what revokes the device ends the session.
ALTER TABLE sessions ADD COLUMN device_id uuid;
ALTER TABLE sessions ADD CONSTRAINT sessions_of_device FOREIGN KEY (device_id) REFERENCES devices (id) NOT VALID;
