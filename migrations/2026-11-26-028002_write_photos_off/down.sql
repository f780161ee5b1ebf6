DROP TABLE photo_write_offs;
