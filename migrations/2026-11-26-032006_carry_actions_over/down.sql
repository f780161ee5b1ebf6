ALTER TABLE actions DROP COLUMN carried_from;
