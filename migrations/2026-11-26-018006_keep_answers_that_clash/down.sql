DROP TABLE response_candidates;
