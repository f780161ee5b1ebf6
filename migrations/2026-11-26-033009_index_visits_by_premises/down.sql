DROP INDEX CONCURRENTLY visits_by_premises;
