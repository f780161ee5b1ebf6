ALTER TABLE minutes_addenda DROP COLUMN withdraws;
