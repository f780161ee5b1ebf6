-- As of other papers.
CREATE INDEX CONCURRENTLY notices_by_number ON notices (owner_id, year, number, symbol);
