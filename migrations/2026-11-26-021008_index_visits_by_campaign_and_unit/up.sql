-- Overlaps of a campaign are listed by unit.
CREATE INDEX CONCURRENTLY visits_by_campaign_unit ON visits (campaign_id, owner_id, unit_id);
