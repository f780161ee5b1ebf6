DROP TABLE responses, visit_clearances, visit_templates, visit_units, visits;
DROP FUNCTION place_visit_below_its_units;
