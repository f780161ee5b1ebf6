ALTER TABLE grants DROP CONSTRAINT grants_unit_known;
DROP TABLE premises, unit_versions, units;
DROP EXTENSION btree_gist;
