DROP TABLE template_pictures;
