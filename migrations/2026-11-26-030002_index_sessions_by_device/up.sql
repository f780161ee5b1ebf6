-- Which sessions end with a device.
CREATE INDEX CONCURRENTLY sessions_by_device ON sessions (device_id) WHERE device_id IS NOT NULL;
