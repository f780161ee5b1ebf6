-- Uploads under way: how far each got, and which pieces of it lie in the object store until it is whole.
CREATE TABLE uploads (
    id uuid PRIMARY KEY,
    photo_id uuid NOT NULL REFERENCES photos (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    length_bytes bigint NOT NULL CHECK (length_bytes > 0),
    -- Durable from the first byte on; never less than what somebody was told.
    received_bytes bigint NOT NULL DEFAULT 0 CHECK (received_bytes BETWEEN 0 AND length_bytes),
    -- Whoever began last appends: a request with an older number has lost its turn.
    epoch bigint NOT NULL DEFAULT 0,
    -- As the client said it, to be said back.
    metadata text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Given up or expired: an unknown upload to everybody, its pieces are being removed.
    ended_at timestamptz
);
CREATE UNIQUE INDEX uploads_once ON uploads (photo_id, account_id) WHERE ended_at IS NULL;
CREATE INDEX uploads_by_expiry ON uploads (expires_at);

CREATE TABLE upload_pieces (
    upload_id uuid NOT NULL REFERENCES uploads (id),
    from_byte bigint NOT NULL CHECK (from_byte >= 0),
    length_bytes bigint NOT NULL CHECK (length_bytes > 0),
    -- Of the request that wrote it; a part of the object's name, so that two never write the same object.
    epoch bigint NOT NULL,
    PRIMARY KEY (upload_id, from_byte)
);
