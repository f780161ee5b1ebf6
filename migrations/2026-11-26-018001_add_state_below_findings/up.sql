-- The state of a finding and of an action beside their units, so that "awaited below a province" is one index seek. Kept
-- by triggers: whoever changes a state can't forget it.
ALTER TABLE finding_units ADD COLUMN state text NOT NULL DEFAULT 'candidate';
ALTER TABLE action_units ADD COLUMN state text NOT NULL DEFAULT 'proposed';
UPDATE finding_units u SET state = f.state FROM findings f WHERE f.id = u.finding_id AND f.state <> u.state;
UPDATE action_units u SET state = a.state FROM actions a WHERE a.id = u.action_id AND a.state <> u.state;

CREATE OR REPLACE FUNCTION place_finding_below_its_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finding_units (finding_id, unit_id, owner_id, reported_at, state)
        SELECT DISTINCT NEW.id, above, NEW.owner_id, NEW.reported_at, NEW.state
        FROM unnest(NEW.unit_id || NEW.unit_ancestors) AS above;
    RETURN NULL;
END $$;
CREATE FUNCTION note_state_below_finding_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE finding_units SET state = NEW.state WHERE finding_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER findings_state_below_units AFTER UPDATE OF state ON findings
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_state_below_finding_units();
CREATE FUNCTION note_state_below_action_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE action_units SET state = NEW.state WHERE action_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER actions_state_below_units AFTER UPDATE OF state ON actions
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_state_below_action_units();

CREATE INDEX finding_units_by_state ON finding_units (unit_id, state, reported_at DESC, finding_id DESC);
CREATE INDEX action_units_by_state ON action_units (unit_id, state, created_at DESC, action_id DESC);
-- Everything of one visit, whether an item gave rise to it or not.
CREATE INDEX findings_in_order_of_visit ON findings (visit_id, reported_at DESC, id DESC);
-- What one unit itself answers for, in the order of the list.
CREATE INDEX findings_at_unit ON findings (unit_id, reported_at DESC, id DESC);
DROP INDEX findings_by_unit;
CREATE INDEX findings_repeated ON findings (owner_id, reported_at DESC, id DESC) WHERE repeat_count > 0;
CREATE INDEX findings_by_campaign_state ON findings (campaign_id, state, reported_at DESC, id DESC);
CREATE INDEX findings_by_kind ON findings (owner_id, kind, reported_at DESC, id DESC);
CREATE INDEX findings_by_cause ON findings (owner_id, root_cause, reported_at DESC, id DESC) WHERE root_cause IS NOT NULL;
-- What is due, first things first.
DROP INDEX actions_awaited;
CREATE INDEX actions_due ON actions (owner_id, due_on, id)
    WHERE state IN ('issued', 'accepted', 'in_progress', 'returned');
CREATE INDEX actions_by_campaign_state ON actions (campaign_id, state, created_at DESC, id DESC);
CREATE INDEX actions_by_visit ON actions (visit_id);
