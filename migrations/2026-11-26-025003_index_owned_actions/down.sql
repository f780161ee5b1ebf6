DROP INDEX CONCURRENTLY action_owners_in_order;
