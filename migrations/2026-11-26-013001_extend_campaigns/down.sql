DROP TABLE campaign_mergers;
DELETE FROM campaign_documents WHERE kind = 'notice';
ALTER TABLE campaign_documents DROP CONSTRAINT campaign_documents_kind_check;
ALTER TABLE campaign_documents ADD CONSTRAINT campaign_documents_kind_check CHECK (kind IN ('plan', 'decision'));
ALTER TABLE campaigns DROP CONSTRAINT campaigns_merged_into_known;
ALTER TABLE campaigns
    DROP COLUMN goals, DROP COLUMN year_from, DROP COLUMN year_to, DROP COLUMN review_from, DROP COLUMN review_to,
    DROP COLUMN merged_into_id;
