ALTER TABLE campaign_documents DROP COLUMN owner_id;
