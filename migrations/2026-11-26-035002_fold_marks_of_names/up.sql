-- Apostrophes and dashes are typed in many ways, or left out: `domain::text::fold` leaves the ones out and has a blank for
-- the others, and so does this. The release before finds a name with such a sign by its other words meanwhile.
CREATE OR REPLACE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(lower(regexp_replace(regexp_replace(regexp_replace(
        replace(replace(normalize(words, NFD), 'đ', 'd'), 'Đ', 'd'),
        '[\u0300-\u036f''’‘ʼ´`]', '', 'g'), '[-–—‐‑]', ' ', 'g'), '\s+', ' ', 'g') COLLATE "C"))
$$;
UPDATE unit_versions SET name_key = folded(name) WHERE name ~ '[''’‘ʼ´`–—‐‑-]';
