-- Photos from before the rule: registers, screens, and those of items whose rule says so.
UPDATE photos SET personal_data = true
WHERE subject IN ('register_book', 'screen') OR EXISTS (
    SELECT 1 FROM visit_templates v JOIN template_versions t ON t.id = v.template_version_id
    WHERE v.visit_id = photos.visit_id AND jsonb_path_exists(t.body,
        '$.sections[*].items[*] ? (@.code == $code && @.photo.privacy == "mask_personal_data")',
        jsonb_build_object('code', photos.item_code)));
