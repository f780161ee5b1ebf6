-- Photos from before the trigger. What it wrote meanwhile is newer and stays.
UPDATE photo_ancestors SET state = photos.state FROM photos
    WHERE photos.id = photo_ancestors.photo_id AND photos.state <> 'stored' AND photo_ancestors.state = 'stored';
