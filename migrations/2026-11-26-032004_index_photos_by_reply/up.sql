CREATE INDEX CONCURRENTLY photos_by_reply ON photos (reply_to, captured_at, id) WHERE reply_to IS NOT NULL;
