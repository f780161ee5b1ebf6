-- Papers of an owner with one number, whoever issued them: issuers are compared as they are read, not as they were typed.
CREATE INDEX CONCURRENTLY campaign_documents_by_number ON campaign_documents (owner_id, year, number, symbol);
