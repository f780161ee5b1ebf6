-- The order of Vietnamese dictionaries, for any server: letters first (a ă â b c d đ e ê …), tones last (none, huyền, hỏi,
-- ngã, sắc, nặng), numbers by their value. To be compared by code point (COLLATE "C").
CREATE FUNCTION vietnamese_order(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(normalize(translate(counted, U&'\0300\0309\0303\0301\0323', ''), NFC),
            'aăâbcdđeêfghijklmnoôơpqrstuưvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`a')
        || U&'\0001'
        -- One mark for each letter; a tone follows its letter.
        || translate(regexp_replace(translate(counted, U&'\0302\0306\031B', ''), U&'[^\0300\0309\0303\0301\0323]', '1', 'g'),
            U&'\0300\0309\0303\0301\0323', '23456')
    FROM (SELECT regexp_replace(regexp_replace(
        lower(normalize(replace(words, 'Đ', 'đ'), NFD) COLLATE "C"), '(\d+)', '000000\1', 'g'), '\d*(\d{6})', '\1', 'g')
        AS counted) AS spelt
$$;
