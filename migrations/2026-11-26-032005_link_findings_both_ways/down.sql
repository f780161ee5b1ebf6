UPDATE findings f SET story = jsonb_set(f.story, '{linked}', l.ids) FROM (
    SELECT id, jsonb_agg(other ORDER BY other) AS ids FROM (
        SELECT finding_id AS id, other_id AS other FROM finding_links
        UNION ALL SELECT other_id, finding_id FROM finding_links) AS both_ways
    GROUP BY id) AS l
    WHERE f.id = l.id;
DROP TABLE finding_links;
