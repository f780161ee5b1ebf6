-- The offset the device's clock was told with; the capture has one of its own. Null for photos from before.
ALTER TABLE photos ADD COLUMN device_clock_offset_s integer;
