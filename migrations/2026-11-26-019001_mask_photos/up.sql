-- Whether a photo is taken to show names and numbers of people, and what the team marked to be covered: number of the
-- marking, when, who, rectangles, and the derivatives that were made with them.
ALTER TABLE photos
    ADD COLUMN personal_data boolean NOT NULL DEFAULT false,
    ADD COLUMN masked jsonb;
