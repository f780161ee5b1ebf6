DROP TRIGGER draws_are_held ON draws;
DROP FUNCTION hold_committed_draws;
-- Without a state in between, a draw is drawn as soon as it is there.
UPDATE draws SET drawn = coalesce((
    SELECT jsonb_agg(jsonb_build_object('stratum', stratum ->> 'name', 'units', (
        SELECT coalesce(jsonb_agg(unit ORDER BY ticket), '[]') FROM (
            SELECT unit, sha256(seed || convert_to(stratum ->> 'name', 'UTF8') || '\x00'::bytea || uuid_send(unit::uuid))
                AS ticket
            FROM jsonb_array_elements_text(stratum -> 'units') AS unit
            ORDER BY ticket LIMIT (stratum ->> 'take')::bigint) AS tickets)) ORDER BY place)
    FROM jsonb_array_elements(strata) WITH ORDINALITY AS s (stratum, place)), '[]')
WHERE revealed_at IS NULL;
ALTER TABLE draws DROP COLUMN frame_sha256, DROP COLUMN revealed_at;
