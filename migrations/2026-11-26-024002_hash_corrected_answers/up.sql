-- How the hash of an addendum is made: from format 2 on the answer that figures take is under it. Those from before verify as
-- they did.
ALTER TABLE minutes_addenda ADD COLUMN format integer NOT NULL DEFAULT 1;
