-- What came of the year of visits that million.sql made: a million findings, an action for each, as many events of units.
-- Wants psql variables: findings_each, events. Secondary indexes are built afterwards.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SELECT setseed(0.5);

CREATE TEMP TABLE secondary AS
    SELECT indexdef, indexrelid::regclass AS name FROM pg_indexes
    JOIN pg_index ON indexrelid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass
    WHERE tablename IN ('findings', 'finding_units', 'actions', 'action_units', 'action_owners', 'action_findings',
        'unit_events', 'unit_event_units') AND NOT indisunique;
SELECT format('DROP INDEX %s', name) FROM secondary \gexec
-- Five million rows that are known to agree: no foreign key is looked at, no trigger fires. Only a superuser may.
SET session_replication_role = replica;

CREATE TEMP TABLE someone AS SELECT account_id AS id FROM sessions WHERE account_id IS NOT NULL LIMIT 1;
-- One finding in a hundred waits for the lead, one in a hundred is a strength, one in fifty is found again.
INSERT INTO findings (id, owner_id, campaign_id, visit_id, team_id, unit_id, unit_ancestors, unit_path, kind, item_code,
        template_version_id, category, statement, severity, critical, root_cause, inspected_at, precision, reported_at, state,
        repeat_of, repeat_count, story, proposed_by)
    SELECT gen_random_uuid(), v.owner_id, v.campaign_id, v.id, v.team_id, v.unit_id, v.unit_ancestors, v.unit_path,
        CASE WHEN n % 100 = 1 THEN 'strength' ELSE 'finding' END, CASE WHEN n < 90 THEN 'MUC-' || n END, NULL,
        CASE WHEN n >= 90 THEN 'Phối hợp' END, 'Tồn tại ' || n, CASE WHEN n % 100 <> 1 THEN 'shortcoming' END, n % 50 = 2,
        CASE WHEN n % 100 = 3 THEN 'Điều chỉnh địa giới' END, v.planned_start, 'instant',
        v.planned_start + n * interval '1 minute',
        CASE WHEN n % 100 = 0 THEN 'candidate' WHEN n % 100 < 60 THEN 'closed' WHEN n % 2 = 0 THEN 'confirmed' ELSE 'action_open' END,
        NULL, 0, '{}', someone.id
    FROM visits v, generate_series(0, :findings_each - 1) AS n, someone WHERE v.disclosed_at IS NOT NULL;
CREATE TEMP TABLE twice AS SELECT id, row_number() OVER (ORDER BY reported_at, id) AS n FROM findings;
CREATE INDEX ON twice (n);
UPDATE findings SET repeat_count = 1, repeat_of = earlier.id
    FROM twice own JOIN twice earlier ON earlier.n = own.n - 1 WHERE own.n % 50 = 0 AND findings.id = own.id;
INSERT INTO finding_units (finding_id, unit_id, owner_id, reported_at, state)
    SELECT id, above, owner_id, reported_at, state FROM findings, unnest(unit_id || unit_ancestors) AS above;

-- An action for each of them; one in a hundred is proposed, three in a hundred are awaited.
INSERT INTO actions (id, owner_id, campaign_id, visit_id, team_id, kind, title, state, due_on, issued_at, story, created_by,
        created_at)
    SELECT f.id, f.owner_id, f.campaign_id, f.visit_id, f.team_id, 'correction', f.statement,
        CASE twice.n % 100 WHEN 0 THEN 'proposed' WHEN 1 THEN 'issued' WHEN 2 THEN 'in_progress' WHEN 3 THEN 'returned'
            WHEN 4 THEN 'reported_done' ELSE 'verified_done' END,
        f.reported_at::date + 15, f.reported_at, '{}', f.proposed_by, f.reported_at
    FROM findings f JOIN twice USING (id);
INSERT INTO action_owners (action_id, unit_id, unit_path, unit_ancestors, created_at, state)
    SELECT a.id, f.unit_id, f.unit_path, f.unit_ancestors, a.created_at, a.state FROM actions a JOIN findings f USING (id);
INSERT INTO action_findings SELECT id, id, NULL FROM actions;
INSERT INTO action_units (action_id, unit_id, created_at, state)
    SELECT u.finding_id, u.unit_id, a.created_at, a.state FROM finding_units u JOIN actions a ON a.id = u.finding_id;

CREATE TEMP TABLE moved AS
    SELECT gen_random_uuid() AS id, unit_id, date '1975-01-01' + (n % 18000)::int AS day
    FROM generate_series(1, :events) AS n
    JOIN (SELECT unit_id, row_number() OVER () AS place FROM (SELECT DISTINCT unit_id FROM visits) AS v) AS at
        ON at.place = 1 + n % (SELECT count(DISTINCT unit_id) FROM visits);
INSERT INTO unit_events (id, kind, operating_date, effective_on, certainty, note, effects, successions, recorded_at)
    SELECT id, 'rename', day, day, 'high', '', '[]', '[]', now() FROM moved;
INSERT INTO unit_event_units SELECT unit_id, id, day FROM moved;

SET session_replication_role = origin;
SELECT indexdef FROM secondary \gexec
VACUUM ANALYZE findings, finding_units, actions, action_owners, action_units, action_findings, unit_events, unit_event_units;
