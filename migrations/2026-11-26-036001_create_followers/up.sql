-- What each phone that keeps up with the server was told. Numbers are those of a visit's own log, which follow the order
-- of commits; what is told is found by comparing them, never by comparing times.
CREATE TABLE followers (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- Number of the last answer.
    seq bigint NOT NULL,
    used_at timestamptz NOT NULL
);
CREATE INDEX followers_by_account ON followers (account_id, used_at DESC, id);
CREATE INDEX followers_by_use ON followers (used_at);

-- No foreign key to visits: they are never deleted, and checking one would wait for whoever works on the visit.
CREATE TABLE followed_visits (
    follower_id uuid NOT NULL REFERENCES followers (id),
    visit_id uuid NOT NULL,
    -- The answer that told of it last; 0 where what that told was lost and nothing stands for it.
    seq bigint NOT NULL,
    -- Told to be gone.
    gone boolean NOT NULL,
    -- Told up to this line of its log; -1 before it was told whole.
    number bigint NOT NULL,
    -- Being told up to this line, and how far: behind this kind and id.
    toward bigint,
    inside_kind smallint,
    inside_id uuid,
    -- Which kinds its holder might see when it was told, and a digest of what that rested on.
    rights smallint NOT NULL,
    footing bigint NOT NULL,
    -- A digest of what may change about the visit itself without a line in its log.
    mark bigint,
    -- The same as it was before the last answer, which may be lost.
    held_seq bigint,
    held_number bigint,
    held_toward bigint,
    held_inside_kind smallint,
    held_inside_id uuid,
    PRIMARY KEY (follower_id, visit_id)
);
CREATE INDEX followed_visits_by_answer ON followed_visits (follower_id, seq);
