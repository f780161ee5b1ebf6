-- A notice that was signed and not sent may be declared void, with a reason: its number stays used, its text stays as signed.
ALTER TABLE notices
    ADD COLUMN voided_by uuid REFERENCES accounts (id),
    ADD COLUMN voided_at timestamptz,
    ADD COLUMN voided_because text;
ALTER TABLE notices DROP CONSTRAINT notices_state_check, DROP CONSTRAINT notices_signed;
ALTER TABLE notices
    ADD CONSTRAINT notices_state_check
        CHECK (state IN ('draft', 'reviewed', 'signed', 'issued', 'discarded', 'voided')) NOT VALID,
    ADD CONSTRAINT notices_signed CHECK (
        CASE WHEN state IN ('signed', 'issued', 'voided')
            THEN num_nonnulls(number, symbol, issuer, year, signed_on, place, signer, signed_by, signed_at, document,
                document_sha256) = 11
            ELSE num_nonnulls(number, symbol, issuer, year, signed_on, place, signer, signed_by, signed_at, document,
                document_sha256) = 0
        END) NOT VALID,
    ADD CONSTRAINT notices_voided CHECK (
        CASE WHEN state = 'voided' THEN 3 ELSE 0 END = num_nonnulls(voided_by, voided_at, voided_because)) NOT VALID;
ALTER TABLE notices VALIDATE CONSTRAINT notices_state_check;
ALTER TABLE notices VALIDATE CONSTRAINT notices_signed;
ALTER TABLE notices VALIDATE CONSTRAINT notices_voided;

CREATE OR REPLACE FUNCTION refuse_change_of_signed_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added text[] := ARRAY['state', 'issued_by', 'issued_at', 'voided_by', 'voided_at', 'voided_because', 'version'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'signed' AND NEW.state IN ('signed', 'issued', 'voided')
        AND to_jsonb(NEW) - added = to_jsonb(OLD) - added THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed notice never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_immutable';
END $$;
DROP TRIGGER notices_immutable ON notices;
CREATE TRIGGER notices_immutable BEFORE UPDATE OR DELETE ON notices
    FOR EACH ROW WHEN (OLD.state IN ('signed', 'issued', 'voided')) EXECUTE FUNCTION refuse_change_of_signed_notice();
CREATE OR REPLACE FUNCTION refuse_change_of_signed_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM notices WHERE id = COALESCE(OLD.notice_id, NEW.notice_id)
            AND state IN ('signed', 'issued', 'voided'))
        AND (TG_OP <> 'UPDATE' OR (to_jsonb(NEW) - ARRAY['acknowledged_by', 'acknowledged_at'])
            <> (to_jsonb(OLD) - ARRAY['acknowledged_by', 'acknowledged_at']) OR OLD.acknowledged_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the recipients of a signed notice never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_immutable';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
