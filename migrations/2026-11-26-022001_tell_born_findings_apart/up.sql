-- Which findings an answer gave rise to by itself: such a candidate lapses when the answer turns out to be fine. What
-- somebody proposed waits for the lead, whatever the answer.
ALTER TABLE findings ADD COLUMN born boolean NOT NULL DEFAULT false;
UPDATE findings f SET born = true FROM custody c
    WHERE c.object_kind = 'finding' AND c.object_id = f.id::text AND c.deed = 'finding.born';
