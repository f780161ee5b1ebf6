-- Guidance pictures: which bytes a template holds. The bytes lie in the object store; what names them is their digest, so
-- that a published version, which never changes, always shows the same.
CREATE TABLE template_pictures (
    template_id uuid NOT NULL REFERENCES templates (id),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    -- By the first bytes, whatever the sender said.
    media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp')),
    size_bytes integer NOT NULL CHECK (size_bytes BETWEEN 1 AND 1048576),
    width integer NOT NULL CHECK (width BETWEEN 1 AND 4096),
    height integer NOT NULL CHECK (height BETWEEN 1 AND 4096),
    -- NULL: came with the program or a file.
    received_by uuid REFERENCES accounts (id),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (template_id, sha256)
);
