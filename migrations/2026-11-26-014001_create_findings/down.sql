DROP TABLE recommendation_addressees, recommendations, assessments, finding_units, findings;
DROP FUNCTION place_finding_below_its_units;
