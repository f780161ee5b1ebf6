-- What is open at whoever answers for it, in the order of the list.
CREATE INDEX CONCURRENTLY action_owners_in_order
    ON action_owners (coalesce(holder_id, unit_id), state, created_at DESC, action_id DESC);
