-- Two owners of one installation may have entered the same paper, and issuers of one name are many.
ALTER TABLE campaign_documents DROP CONSTRAINT campaign_documents_number_unique;
ALTER TABLE notices DROP CONSTRAINT notices_number_unique;
