-- In which state a finding was since when, for figures as they were known at an instant. Written with the note of the
-- deed that changed it, so that it has the deed's own time; whoever records a deed can't forget it.
CREATE TABLE finding_states (
    finding_id uuid NOT NULL REFERENCES findings (id),
    since timestamptz NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (finding_id, since)
);
CREATE FUNCTION note_state_of_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finding_states (finding_id, since, state)
        SELECT f.id, NEW.at, f.state FROM findings f
        WHERE f.id = NEW.object_id::uuid AND f.state IS DISTINCT FROM
            (SELECT s.state FROM finding_states s WHERE s.finding_id = f.id ORDER BY s.since DESC LIMIT 1)
    ON CONFLICT (finding_id, since) DO UPDATE SET state = EXCLUDED.state;
    RETURN NULL;
END $$;
CREATE TRIGGER custody_states_of_findings AFTER INSERT ON custody
    FOR EACH ROW WHEN (NEW.object_kind = 'finding') EXECUTE FUNCTION note_state_of_finding();
-- Of findings from before, no more is known than where they stand.
INSERT INTO finding_states (finding_id, since, state) SELECT id, reported_at, state FROM findings;
