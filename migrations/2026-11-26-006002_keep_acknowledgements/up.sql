-- What the phone was given when the bytes were durable, so that a repetition gets the same text after the signing key
-- or the public URL has changed. Null for photos from before.
ALTER TABLE photos ADD COLUMN acknowledgement text;
