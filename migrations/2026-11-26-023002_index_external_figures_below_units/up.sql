-- For the head of a unit: values about it and about whatever lies below it, of which an owner holds many more.
CREATE INDEX CONCURRENTLY external_figures_below ON external_figures USING gin ((unit_id || unit_ancestors));
