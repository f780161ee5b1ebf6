DROP TRIGGER custody_states_of_findings ON custody;
DROP FUNCTION note_state_of_finding;
DROP TABLE finding_states;
