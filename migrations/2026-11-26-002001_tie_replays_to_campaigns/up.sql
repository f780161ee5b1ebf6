-- Under which campaign the effect of a keyed request lies: the key lives at least as long as that is open.
ALTER TABLE replays ADD COLUMN campaign_id uuid;
-- Campaigns are never deleted; old rows name none, so there is nothing to look through.
ALTER TABLE replays ADD CONSTRAINT replays_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns (id) NOT VALID;
