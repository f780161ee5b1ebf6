ALTER TABLE replays DROP COLUMN campaign_id;
