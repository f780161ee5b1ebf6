-- A draw is committed first (strata and seed bound by their hashes, nothing drawn) and revealed later. `drawn` is empty
-- until then. What was drawn before these columns came was seen by its scheduler at once, and counts as revealed.
ALTER TABLE draws ADD COLUMN frame_sha256 text, ADD COLUMN revealed_at timestamptz;
UPDATE draws SET revealed_at = made_at, frame_sha256 = encode(sha256(convert_to(coalesce((
    SELECT string_agg((stratum ->> 'name') || E'\n' || (stratum ->> 'take') || E'\n' || coalesce((
        SELECT string_agg(unit || E'\n', '' ORDER BY u.place)
        FROM jsonb_array_elements_text(stratum -> 'units') WITH ORDINALITY AS u (unit, place)), '') || E'\n',
        '' ORDER BY s.place)
    FROM jsonb_array_elements(strata) WITH ORDINALITY AS s (stratum, place)), ''), 'UTF8')), 'hex');
ALTER TABLE draws ALTER COLUMN frame_sha256 SET NOT NULL;

-- What was committed stays as it is, and what was revealed and told stays so, whoever writes.
CREATE FUNCTION hold_committed_draws() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.id, OLD.campaign_id, OLD.title, OLD.strata, OLD.seed, OLD.commitment, OLD.frame_sha256, OLD.made_by,
            OLD.made_at)
        IS DISTINCT FROM (NEW.id, NEW.campaign_id, NEW.title, NEW.strata, NEW.seed, NEW.commitment, NEW.frame_sha256,
            NEW.made_by, NEW.made_at)
        OR (OLD.revealed_at IS NOT NULL
            AND (OLD.revealed_at, OLD.drawn) IS DISTINCT FROM (NEW.revealed_at, NEW.drawn))
        OR (OLD.told_at IS NOT NULL AND OLD.told_at IS DISTINCT FROM NEW.told_at)
    THEN
        RAISE EXCEPTION 'a committed draw does not change';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER draws_are_held BEFORE UPDATE OR DELETE ON draws
    FOR EACH ROW EXECUTE FUNCTION hold_committed_draws();
