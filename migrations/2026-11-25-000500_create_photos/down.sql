DROP TABLE photo_ancestors, photos;
