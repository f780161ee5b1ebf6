-- An addendum is taken back by another one that says so. Addenda of a visit are written under its row, one after the other.
ALTER TABLE minutes_addenda ADD COLUMN withdraws integer;
