CREATE UNIQUE INDEX CONCURRENTLY campaign_documents_number_of_owner
    ON campaign_documents (owner_id, issuer, year, number, symbol);
