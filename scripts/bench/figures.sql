-- Five years of an inspectorate, grown from the one visit that the demonstration began: 34 provinces of 100 communes, 40
-- campaigns, 100,000 visits that were handed in with 10 answers each, a finding for each answer that is not fine, a
-- re-inspection for every fifth visit, an addendum for every fiftieth. Wants the psql variable visits.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '256MB';
SELECT setseed(0.5);
-- What triggers and references would do row by row is done at once below; wants a superuser.
SET session_replication_role = replica;

CREATE TEMP TABLE seed AS
    SELECT v.*, t.template_version_id FROM visits v JOIN visit_templates t ON t.visit_id = v.id LIMIT 1;
CREATE TEMP TABLE country AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 33) n;
CREATE TEMP TABLE commune AS
    SELECT place.n, gen_random_uuid() AS id, country.id AS province
    FROM generate_series(0, 3399) AS place (n) JOIN country ON country.n = place.n % 34;
INSERT INTO units (id, kind, created_at)
    SELECT id, 'administrative', now() FROM country UNION ALL SELECT id, 'administrative', now() FROM commune;
INSERT INTO unit_versions (id, unit_id, name, name_key, unit_type, parent_id, valid_from, certainty, created_at)
    SELECT gen_random_uuid(), id, 'Tỉnh ' || n, 'tinh ' || n, 'province', NULL, '2020-01-01'::date, 'high', now() FROM country
    UNION ALL SELECT gen_random_uuid(), id, 'Xã ' || n, 'xa ' || n, 'commune', province, '2020-01-01', 'high', now() FROM commune;
CREATE TEMP TABLE drive AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 39) n;
INSERT INTO campaigns SELECT (jsonb_populate_record(c, jsonb_build_object('id', drive.id))).*
    FROM drive, campaigns c, seed WHERE c.id = seed.campaign_id;

-- A campaign lasts an eighth of a year; the same commune comes again every 3,400 visits.
CREATE TEMP TABLE stop AS
    SELECT s.n, gen_random_uuid() AS id, drive.id AS campaign, commune.id AS commune, commune.province,
        timestamptz '2021-01-01 00:00+07' + s.n * (interval '1826 days' / :visits) AS begun,
        CASE WHEN s.n >= 3400 AND s.n % 5 = 0 THEN 're_inspection' WHEN s.n % 10 = 1 THEN 'surprise' ELSE 'planned' END AS kind
    FROM generate_series(0, :visits - 1) AS s (n) JOIN drive ON drive.n = s.n * 40 / :visits JOIN commune ON commune.n = s.n % 3400;
CREATE INDEX ON stop (n);
ANALYZE stop;
INSERT INTO visits SELECT (jsonb_populate_record(v, jsonb_build_object('id', stop.id, 'campaign_id', stop.campaign,
        'unit_id', stop.commune, 'unit_ancestors', ARRAY[stop.province], 'planned_start', stop.begun,
        'planned_end', stop.begun + interval '4 hours', 'kind', stop.kind, 'state', 'finalised', 'previous_visit_id', CASE WHEN stop.kind = 're_inspection' THEN earlier.id END,
        'dispatched_at', stop.begun, 'disclosed_at', stop.begun, 'checked_in_at', stop.begun,
        'submitted_at', stop.begun + interval '5 hours', 'finalised_at', stop.begun + interval '2 days'))).*
    FROM stop LEFT JOIN stop AS earlier ON earlier.n = stop.n - 3400, seed JOIN visits v USING (id);
INSERT INTO visit_units (unit_id, planned_start, visit_id, owner_id)
    SELECT above, begun, stop.id, seed.owner_id FROM stop, seed, unnest(ARRAY[commune, province]) AS above;

INSERT INTO responses (id, visit_id, template_version_id, item_code, answer, outcome, note, answered_by, answered_at,
        answered_offset_s, received_at)
    SELECT gen_random_uuid(), stop.id, seed.template_version_id, 'MUC-' || item,
        CASE WHEN item = 0 THEN jsonb_build_object('type', 'ratio', 'numerator', (random() * 20)::int, 'denominator', 500)
            ELSE '{"type": "yes_no_na", "value": "yes"}' END,
        (ARRAY['pass', 'pass', 'pass', 'pass', 'pass', 'pass', 'pass', 'fail', 'partial', 'na'])[1 + floor(random() * 10)::int],
        '', seed.created_by, begun, 25200, begun
    FROM stop CROSS JOIN generate_series(0, 9) AS item, seed;

INSERT INTO findings (id, owner_id, campaign_id, visit_id, team_id, unit_id, unit_ancestors, unit_path, kind, item_code,
        template_version_id, statement, severity, critical, inspected_at, precision, reported_at, state, story, proposed_by)
    SELECT gen_random_uuid(), seed.owner_id, campaign, stop.id, seed.team_id, commune, ARRAY[province], seed.unit_path, 'finding',
        r.item_code, r.template_version_id, 'Chưa đạt', 'shortcoming', random() < 0.1, begun, 'instant', begun,
        (ARRAY['closed', 'closed', 'closed', 'closed', 'closed', 'confirmed', 'action_open', 'action_open', 'withdrawn', 'dismissed'])[1 + floor(random() * 10)::int],
        '{}', seed.created_by
    FROM stop JOIN responses r ON r.visit_id = stop.id, seed WHERE r.outcome IN ('fail', 'partial');
INSERT INTO finding_units (finding_id, unit_id, owner_id, reported_at)
    SELECT f.id, above, f.owner_id, f.reported_at FROM findings f, unnest(f.unit_id || f.unit_ancestors) AS above
    ON CONFLICT DO NOTHING;
INSERT INTO finding_states SELECT id, reported_at, 'candidate' FROM findings
    UNION ALL SELECT id, reported_at + interval '1 hour', CASE state WHEN 'dismissed' THEN state ELSE 'confirmed' END FROM findings
    UNION ALL SELECT id, reported_at + interval '30 days', state FROM findings WHERE state NOT IN ('confirmed', 'dismissed');
INSERT INTO finding_outcomes (finding_id, visit_id, seen_at, outcome)
    SELECT f.id, v.id, v.planned_start, (ARRAY['fixed', 'fixed', 'fixed', 'partly_fixed', 'not_fixed'])[1 + floor(random() * 5)::int]
    FROM visits v JOIN findings f ON f.visit_id = v.previous_visit_id WHERE v.kind = 're_inspection';
INSERT INTO minutes_addenda (visit_id, number, item_code, was, becomes, reason, written_by, written_at, sha256,
        template_version_id, answer, outcome)
    SELECT stop.id, 1, 'MUC-1', 'không', 'có', 'Ghi nhầm', seed.created_by, begun + interval '10 days', '', seed.template_version_id,
        '{"type": "yes_no_na", "value": "yes"}', 'pass'
    FROM stop, seed WHERE n % 50 = 0;
VACUUM ANALYZE visits, visit_units, responses, findings, finding_units, finding_states, finding_outcomes, minutes_addenda, unit_versions;
