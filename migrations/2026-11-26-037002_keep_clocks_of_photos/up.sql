-- What a phone said of its clock with a photo's declaration, as it was judged when that came; read with the photo.
ALTER TABLE photos ADD COLUMN clock jsonb;
