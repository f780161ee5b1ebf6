-- Whose record a paper is: a number is used once for owner, issuer and year.
ALTER TABLE campaign_documents ADD COLUMN owner_id uuid REFERENCES owners (id);
UPDATE campaign_documents d SET owner_id = c.owner_id FROM campaigns c WHERE c.id = d.campaign_id;
ALTER TABLE campaign_documents ALTER COLUMN owner_id SET NOT NULL;
