-- A device's signature over the declaration of a photo: what it was worth when it came stands beside the photo, as it is read
-- with it; the signed words and the signature lie apart, as they are read seldom.
ALTER TABLE photos ADD COLUMN envelope jsonb;
CREATE TABLE capture_envelopes (
    photo_id uuid PRIMARY KEY REFERENCES photos (id),
    -- As the phone wrote it, whatever it is.
    signature text NOT NULL,
    -- Canonical JSON (RFC 8785).
    signed text NOT NULL,
    received_at timestamptz NOT NULL
);
