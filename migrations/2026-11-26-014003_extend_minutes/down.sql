DROP TABLE minutes_addenda;
DROP FUNCTION refuse_change_of_addendum;
