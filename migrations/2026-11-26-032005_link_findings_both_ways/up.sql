-- Findings that belong together, seen from either of them; a pair once.
CREATE TABLE finding_links (
    finding_id uuid NOT NULL REFERENCES findings (id),
    other_id uuid NOT NULL REFERENCES findings (id),
    PRIMARY KEY (finding_id, other_id),
    CONSTRAINT finding_links_once CHECK (finding_id < other_id)
);
CREATE INDEX finding_links_by_other ON finding_links (other_id, finding_id);
-- What was linked from one side until now.
INSERT INTO finding_links (finding_id, other_id)
    SELECT least(f.id, o.id), greatest(f.id, o.id)
    FROM findings f CROSS JOIN LATERAL jsonb_array_elements_text(f.story -> 'linked') AS l (id)
        JOIN findings o ON o.id = l.id::uuid
    WHERE jsonb_typeof(f.story -> 'linked') = 'array' AND f.id <> o.id
    ON CONFLICT DO NOTHING;
