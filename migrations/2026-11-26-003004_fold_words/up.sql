-- Words without case and accents, as `domain::text::fold` writes them: what a search compares.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(regexp_replace(
        replace(replace(normalize(words, NFD), 'đ', 'd'), 'Đ', 'd'),
        '[\u0300-\u036f]', '', 'g'), '\s+', ' ', 'g') COLLATE "C")
$$;
