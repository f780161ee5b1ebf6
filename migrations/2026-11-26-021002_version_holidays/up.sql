-- How often the country's special days of a year were entered, so that whoever enters them says what they rest on.
CREATE TABLE holiday_years (
    year smallint PRIMARY KEY,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL
);
INSERT INTO holiday_years (year, version, changed_at)
SELECT DISTINCT extract(year FROM day)::smallint, 1, now() FROM holidays;
