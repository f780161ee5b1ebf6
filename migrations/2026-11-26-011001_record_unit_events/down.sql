DROP INDEX unit_versions_by_code;
DROP TABLE unit_successions, unit_event_units, unit_events;
