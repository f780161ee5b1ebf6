-- A year of an inspectorate, grown from the one visit that the demonstration began: 34 provinces of 100 communes,
-- 20 campaigns, 5,000 visits with 200 photos each. One visit in ten is a sealed surprise; photos of all states.
-- Wants psql variables: visits, photos_each. Secondary indexes are built afterwards, which takes a third of the time.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SELECT setseed(0.5);

CREATE TEMP TABLE secondary AS
    SELECT indexdef, indexrelid::regclass AS name FROM pg_indexes
    JOIN pg_index ON indexrelid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass
    WHERE tablename IN ('photos', 'photo_ancestors') AND NOT indisunique;
SELECT format('DROP INDEX %s', name) FROM secondary \gexec

CREATE TEMP TABLE seed AS SELECT * FROM visits LIMIT 1;
CREATE TEMP TABLE country AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 33) n;
CREATE TEMP TABLE commune AS
    SELECT place.n, gen_random_uuid() AS id, country.id AS province
    FROM generate_series(0, 3399) AS place (n) JOIN country ON country.n = place.n % 34;
INSERT INTO units (id, kind, created_at) SELECT id, 'administrative', now() FROM country UNION ALL SELECT id, 'administrative', now() FROM commune;
INSERT INTO unit_versions (id, unit_id, name, name_key, unit_type, parent_id, valid_from, certainty, created_at)
    SELECT gen_random_uuid(), id, 'Tỉnh ' || n, 'tinh ' || n, 'province', NULL, '2025-07-01'::date, 'high', now() FROM country
    UNION ALL SELECT gen_random_uuid(), id, 'Xã ' || n, 'xa ' || n, 'commune', province, '2025-07-01', 'high', now() FROM commune;

CREATE TEMP TABLE drive AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 19) n;
INSERT INTO campaigns SELECT (jsonb_populate_record(c, jsonb_build_object('id', drive.id))).*
    FROM drive, campaigns c, seed WHERE c.id = seed.campaign_id;

CREATE TEMP TABLE stop AS
    SELECT s.n, gen_random_uuid() AS id, drive.id AS campaign, commune.id AS commune, commune.province,
        timestamptz '2025-11-01' + s.n * interval '5 minutes' AS begun
    FROM generate_series(0, :visits - 1) AS s (n) JOIN drive ON drive.n = s.n % 20 JOIN commune ON commune.n = s.n % 3400;
INSERT INTO visits SELECT (jsonb_populate_record(v, jsonb_build_object('id', stop.id, 'campaign_id', campaign, 'unit_id', commune,
        'unit_ancestors', ARRAY[province], 'planned_start', begun, 'planned_end', begun + interval '4 hours',
        'disclosed_at', CASE WHEN n % 10 > 0 THEN begun END, 'checked_in_at', CASE WHEN n % 10 > 0 THEN begun END))).*
    FROM stop, seed JOIN visits v USING (id);

CREATE TEMP TABLE shown (n int, item text, subject text);
INSERT INTO shown SELECT n, 'MUC-' || n, (ARRAY['notice_board', 'desk', 'badge', 'register_book', 'scene'])[1 + n % 5] FROM generate_series(0, 89) n;
INSERT INTO photos (id, owner_id, campaign_id, visit_id, unit_id, state, item_code, subject, caption, sha256, size_bytes, media_type,
        captured_at, captured_offset_s, device_clock, origin, latitude, longitude, accuracy_m, position_source, declared_by,
        declared_session, declared_at, place_verdict, place_distance_m, place_reasons, clock_skew_s, stored_at, log_number)
    SELECT gen_random_uuid(), seed.owner_id, stop.campaign, stop.id, stop.commune,
        CASE WHEN p = 0 THEN 'announced' WHEN p = 1 THEN 'withdrawn' WHEN p = 2 THEN 'quarantined' WHEN p = 3 THEN 'no_preview' ELSE 'ready' END,
        shown.item, shown.subject, 'Ảnh ' || p, sha256(convert_to(stop.n || '-' || p, 'UTF8')), 3500000, 'image/jpeg',
        stop.begun + p * interval '30 seconds', 25200, stop.begun, 'camera', 8.5 + 14.5 * random(), 102.2 + 7 * random(), 8, 'gnss',
        someone.declared_by, someone.declared_session, stop.begun,
        (ARRAY['inside', 'inside', 'inside', 'inside', 'outside', 'cannot_tell'])[1 + p % 6], 5, '{}', 0,
        CASE WHEN p > 0 THEN stop.begun END, CASE WHEN p > 0 THEN p END
    FROM stop CROSS JOIN generate_series(0, :photos_each - 1) AS p JOIN shown ON shown.n = (stop.n + p) % 90, seed,
        (SELECT account_id AS declared_by, id AS declared_session FROM sessions LIMIT 1) AS someone;
INSERT INTO photo_ancestors (ancestor_id, captured_at, photo_id, owner_id, item_code, subject, place_verdict)
    SELECT above, captured_at, photos.id, owner_id, item_code, subject, place_verdict
    FROM photos JOIN stop ON stop.id = visit_id, unnest(ARRAY[commune, province]) AS above
    WHERE state NOT IN ('announced', 'withdrawn');

SELECT indexdef FROM secondary \gexec
VACUUM ANALYZE photos, photo_ancestors, visits, visit_units;
