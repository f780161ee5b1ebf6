-- A notice that is void was signed and never sent: a server of before takes it for that.
DROP TRIGGER notices_immutable ON notices;
UPDATE notices SET state = 'signed', voided_by = NULL, voided_at = NULL, voided_because = NULL WHERE state = 'voided';
ALTER TABLE notices DROP CONSTRAINT notices_voided, DROP CONSTRAINT notices_state_check, DROP CONSTRAINT notices_signed;
ALTER TABLE notices
    ADD CONSTRAINT notices_state_check CHECK (state IN ('draft', 'reviewed', 'signed', 'issued', 'discarded')),
    ADD CONSTRAINT notices_signed CHECK (
        CASE WHEN state IN ('signed', 'issued')
            THEN num_nonnulls(number, symbol, issuer, year, signed_on, place, signer, signed_by, signed_at, document,
                document_sha256) = 11
            ELSE num_nonnulls(number, symbol, issuer, year, signed_on, place, signer, signed_by, signed_at, document,
                document_sha256) = 0
        END);
ALTER TABLE notices DROP COLUMN voided_because, DROP COLUMN voided_at, DROP COLUMN voided_by;
CREATE OR REPLACE FUNCTION refuse_change_of_signed_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - ARRAY['state', 'issued_by', 'issued_at', 'version'])
            = (to_jsonb(OLD) - ARRAY['state', 'issued_by', 'issued_at', 'version']) AND OLD.state = 'signed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed notice never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_immutable';
END $$;
CREATE TRIGGER notices_immutable BEFORE UPDATE OR DELETE ON notices
    FOR EACH ROW WHEN (OLD.state IN ('signed', 'issued')) EXECUTE FUNCTION refuse_change_of_signed_notice();
CREATE OR REPLACE FUNCTION refuse_change_of_signed_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM notices WHERE id = COALESCE(OLD.notice_id, NEW.notice_id)
            AND state IN ('signed', 'issued'))
        AND (TG_OP <> 'UPDATE' OR (to_jsonb(NEW) - ARRAY['acknowledged_by', 'acknowledged_at'])
            <> (to_jsonb(OLD) - ARRAY['acknowledged_by', 'acknowledged_at']) OR OLD.acknowledged_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the recipients of a signed notice never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_immutable';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
