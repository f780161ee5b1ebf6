-- Refused where two owners have entered the same number meanwhile: then one of them takes it out first.
ALTER TABLE campaign_documents
    ADD CONSTRAINT campaign_documents_number_unique UNIQUE (issuer, year, number, symbol);
ALTER TABLE notices ADD CONSTRAINT notices_number_unique UNIQUE (issuer, year, number, symbol);
