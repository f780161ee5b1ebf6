DROP TRIGGER custody_outcomes_of_findings ON custody;
DROP FUNCTION note_outcome_of_finding;
DROP TABLE finding_outcomes;
