-- What is open when a campaign ends goes on in another; where it came from stays.
ALTER TABLE actions ADD COLUMN carried_from uuid[] NOT NULL DEFAULT '{}';
