-- Bytes that came after their visit was submitted: kept, marked, no part of what was handed in. A constant default
-- needs no rewriting of the table.
ALTER TABLE photos ADD COLUMN late boolean NOT NULL DEFAULT false;
