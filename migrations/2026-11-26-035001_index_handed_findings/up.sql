-- What was handed over from a unit: few, and looked for when what happened to it is undone.
CREATE INDEX CONCURRENTLY findings_handed ON findings (unit_id) WHERE holder_id IS NOT NULL;
