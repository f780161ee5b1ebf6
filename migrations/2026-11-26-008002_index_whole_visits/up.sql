-- What a photo repeats of its visit, so that one check can hold it to all of it.
CREATE UNIQUE INDEX CONCURRENTLY visits_whole ON visits (id, owner_id, campaign_id, unit_id);
