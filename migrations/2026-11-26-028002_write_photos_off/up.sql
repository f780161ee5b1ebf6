-- Photos that were declared and will not come, or show nothing: given up by a person, with the reason. The photo itself
-- stays as it is; should its bytes come after all, they are evidence like any other.
CREATE TABLE photo_write_offs (
    photo_id uuid PRIMARY KEY REFERENCES photos (id),
    written_off_at timestamptz NOT NULL,
    written_off_by uuid NOT NULL REFERENCES accounts (id),
    reason text NOT NULL
);
