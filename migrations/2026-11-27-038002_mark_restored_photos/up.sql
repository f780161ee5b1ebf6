-- Since when the bytes of a photo, which the store had lost, are there again and were not read again yet: its receipt is
-- given again afterwards. A receipt itself never changes.
ALTER TABLE photos ADD COLUMN restored_at timestamptz;
