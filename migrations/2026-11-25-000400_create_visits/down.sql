DROP TABLE responses, visit_clearances, visit_templates, visits;
