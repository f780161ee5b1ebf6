-- What is changed about signed minutes is added, never written over.
CREATE TABLE minutes_addenda (
    visit_id uuid NOT NULL REFERENCES visits (id),
    number integer NOT NULL,
    item_code text,
    was text NOT NULL,
    becomes text NOT NULL,
    reason text NOT NULL,
    written_by uuid NOT NULL REFERENCES accounts (id),
    written_at timestamptz NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (visit_id, number)
);
CREATE FUNCTION refuse_change_of_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an addendum never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'minutes_addenda_immutable';
END $$;
CREATE TRIGGER minutes_addenda_immutable BEFORE UPDATE OR DELETE ON minutes_addenda
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_addendum();
