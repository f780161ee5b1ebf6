DROP INDEX uploads_untidy;
ALTER TABLE uploads DROP COLUMN untidy_since;
