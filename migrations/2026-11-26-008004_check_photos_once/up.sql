ALTER TABLE photos VALIDATE CONSTRAINT photos_of_visit;
-- Four checks in one: they marked the owner's and the campaign's row for each photo, and the phones of a whole campaign
-- queued there.
ALTER TABLE photos DROP CONSTRAINT photos_owner_id_fkey, DROP CONSTRAINT photos_campaign_id_fkey,
    DROP CONSTRAINT photos_visit_id_fkey, DROP CONSTRAINT photos_unit_id_fkey;
-- Follow from the photo, whose visit names them.
ALTER TABLE photo_ancestors DROP CONSTRAINT photo_ancestors_ancestor_id_fkey,
    DROP CONSTRAINT photo_ancestors_owner_id_fkey;
