CREATE INDEX CONCURRENTLY photo_ancestors_by_state
    ON photo_ancestors (ancestor_id, owner_id, state, captured_at, photo_id);
