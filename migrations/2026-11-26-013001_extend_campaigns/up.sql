-- What a campaign is to achieve, for which years, looking back on which period; and two campaigns that became one.
ALTER TABLE campaigns
    ADD COLUMN goals text[] NOT NULL DEFAULT '{}',
    ADD COLUMN year_from smallint,
    ADD COLUMN year_to smallint,
    ADD COLUMN review_from date,
    ADD COLUMN review_to date,
    ADD COLUMN merged_into_id uuid;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_merged_into_known FOREIGN KEY (merged_into_id) REFERENCES campaigns (id) NOT VALID;
ALTER TABLE campaign_documents DROP CONSTRAINT campaign_documents_kind_check;
ALTER TABLE campaign_documents
    ADD CONSTRAINT campaign_documents_kind_check CHECK (kind IN ('plan', 'decision', 'notice')) NOT VALID;
-- Figures of a merger count announced visits alone: they are read by more people than may know of a surprise.
CREATE TABLE campaign_mergers (
    source_id uuid PRIMARY KEY REFERENCES campaigns (id),
    target_id uuid NOT NULL REFERENCES campaigns (id),
    visits_before integer NOT NULL,
    visits_after integer NOT NULL,
    merged_by uuid REFERENCES accounts (id),
    merged_at timestamptz NOT NULL
);
CREATE INDEX campaign_mergers_by_target ON campaign_mergers (target_id, merged_at);
