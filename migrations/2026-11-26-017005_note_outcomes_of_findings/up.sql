-- What each re-inspection saw of an earlier finding, and when that was recorded: a finding itself keeps the last one
-- alone. Written with the note of the deed.
CREATE TABLE finding_outcomes (
    finding_id uuid NOT NULL REFERENCES findings (id),
    visit_id uuid NOT NULL REFERENCES visits (id),
    seen_at timestamptz NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (finding_id, visit_id, seen_at)
);
CREATE INDEX finding_outcomes_by_visit ON finding_outcomes (visit_id, finding_id, seen_at DESC);
CREATE FUNCTION note_outcome_of_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finding_outcomes (finding_id, visit_id, seen_at, outcome)
        VALUES (NEW.object_id::uuid, (NEW.details ->> 'visit')::uuid, NEW.at, NEW.details ->> 'outcome')
    ON CONFLICT (finding_id, visit_id, seen_at) DO UPDATE SET outcome = EXCLUDED.outcome;
    RETURN NULL;
END $$;
CREATE TRIGGER custody_outcomes_of_findings AFTER INSERT ON custody
    FOR EACH ROW WHEN (NEW.deed = 'finding.re_inspected') EXECUTE FUNCTION note_outcome_of_finding();
INSERT INTO finding_outcomes (finding_id, visit_id, seen_at, outcome)
    SELECT object_id::uuid, (details ->> 'visit')::uuid, at, details ->> 'outcome' FROM custody
    WHERE object_kind = 'finding' AND deed = 'finding.re_inspected'
    ON CONFLICT DO NOTHING;
