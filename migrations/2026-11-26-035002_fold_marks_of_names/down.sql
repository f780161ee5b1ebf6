CREATE OR REPLACE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(regexp_replace(
        replace(replace(normalize(words, NFD), 'đ', 'd'), 'Đ', 'd'),
        '[\u0300-\u036f]', '', 'g'), '\s+', ' ', 'g') COLLATE "C")
$$;
UPDATE unit_versions SET name_key = folded(name) WHERE name ~ '[''’‘ʼ´`–—‐‑-]';
