-- Since when the pieces of an upload lie there for nothing: its photo is whole. Empty again once they are removed.
ALTER TABLE uploads ADD COLUMN untidy_since timestamptz;
CREATE INDEX uploads_untidy ON uploads (untidy_since) WHERE untidy_since IS NOT NULL;
