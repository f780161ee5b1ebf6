DROP INDEX CONCURRENTLY photos_with_preview;
