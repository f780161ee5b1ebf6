-- Each begins as one that holds the state besides.
DROP INDEX action_owners_by_holder;
DROP INDEX findings_at_holder;
