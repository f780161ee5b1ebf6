CREATE UNIQUE INDEX CONCURRENTLY notices_number_of_owner ON notices (owner_id, issuer, year, number, symbol);
