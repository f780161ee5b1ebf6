-- Which photos a device declared and has not sent.
CREATE INDEX CONCURRENTLY photos_awaited ON photos (declared_session) WHERE state = 'announced';
