-- What a phone may delete its own copy for: signed once the bytes were read again from the store and hashed. One for
-- each photo, given again as it was, and never changed.
CREATE TABLE photo_receipts (
    photo_id uuid PRIMARY KEY REFERENCES photos (id),
    verified_at timestamptz NOT NULL,
    -- Position in the visit's evidence log.
    log_number bigint NOT NULL,
    receipt text NOT NULL
);
CREATE FUNCTION refuse_change_of_receipts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'receipts are only ever added' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER photo_receipts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON photo_receipts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_receipts();
