-- Words are folded otherwise since.
REINDEX INDEX CONCURRENTLY visits_by_words;
