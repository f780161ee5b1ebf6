DROP INDEX actions_by_campaign_state;
DROP INDEX findings_by_campaign_state;
DROP INDEX actions_by_visit;
DROP INDEX actions_due;
CREATE INDEX actions_awaited ON actions (owner_id, due_on)
    WHERE state IN ('issued', 'accepted', 'in_progress', 'returned');
DROP INDEX findings_by_cause;
DROP INDEX findings_by_kind;
DROP INDEX findings_repeated;
CREATE INDEX findings_by_unit ON findings (unit_id, owner_id);
DROP INDEX findings_at_unit;
DROP INDEX findings_in_order_of_visit;
DROP INDEX action_units_by_state;
DROP INDEX finding_units_by_state;
DROP TRIGGER actions_state_below_units ON actions;
DROP FUNCTION note_state_below_action_units;
DROP TRIGGER findings_state_below_units ON findings;
DROP FUNCTION note_state_below_finding_units;
CREATE OR REPLACE FUNCTION place_finding_below_its_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finding_units (finding_id, unit_id, owner_id, reported_at)
        SELECT DISTINCT NEW.id, above, NEW.owner_id, NEW.reported_at
        FROM unnest(NEW.unit_id || NEW.unit_ancestors) AS above;
    RETURN NULL;
END $$;
ALTER TABLE action_units DROP COLUMN state;
ALTER TABLE finding_units DROP COLUMN state;
