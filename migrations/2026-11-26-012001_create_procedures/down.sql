DROP TABLE procedures;
DROP TABLE procedure_fields;
