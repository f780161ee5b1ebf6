-- What was done (custody), what is promised (tasks), what was answered (replays).
CREATE TABLE custody (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    client_id text,
    session_id uuid,
    owner_id uuid,
    visit_id uuid,
    -- The number within the visit's own evidence log, where the deed belongs to one.
    visit_number bigint,
    deed text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT custody_visit_number_unique UNIQUE (visit_id, visit_number)
);
CREATE INDEX custody_by_object ON custody (object_kind, object_id, seq);
CREATE FUNCTION refuse_change_of_custody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'custody records are only ever added' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER custody_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON custody
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_custody();

CREATE TABLE tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    -- At most one open task of this name.
    dedupe_key text,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL,
    lease uuid,
    leased_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL
);
CREATE INDEX tasks_due ON tasks (run_at, id) WHERE state = 'ready';
CREATE INDEX tasks_leased ON tasks (leased_until) WHERE state = 'running';
CREATE UNIQUE INDEX tasks_once ON tasks (dedupe_key) WHERE dedupe_key IS NOT NULL AND state <> 'dead';

CREATE TABLE replays (
    principal text NOT NULL,
    key text NOT NULL,
    -- SHA-256 over method, path and body of the request that took the key.
    fingerprint bytea NOT NULL,
    status integer,
    headers jsonb,
    -- Sealed: an answer may hold what is shown only once.
    body bytea,
    -- Set by the transaction that carries the effect, so that a crash before the answer is kept can't double it.
    committed boolean NOT NULL DEFAULT false,
    -- When the key was taken; a request that never finished loses it to a later one.
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX replays_by_expiry ON replays (expires_at);
