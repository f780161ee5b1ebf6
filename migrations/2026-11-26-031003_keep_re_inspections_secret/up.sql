-- A re-inspection may come as a surprise, too: it is sealed like one. Surprise visits are, whatever stands here.
ALTER TABLE visits ADD COLUMN secret boolean NOT NULL DEFAULT false;
