-- When offices work. A unit without a calendar follows the one above it, and at the top the usual hours.
CREATE TABLE calendars (
    unit_id uuid PRIMARY KEY REFERENCES units (id),
    -- As the domain writes it: a list of spans for each weekday.
    hours jsonb NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL
);
-- Days of one unit and what lies below it that are not what their weekday says.
CREATE TABLE calendar_days (
    unit_id uuid NOT NULL REFERENCES units (id),
    day date NOT NULL,
    works boolean NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (unit_id, day)
);
-- The same for the whole country.
CREATE TABLE holidays (
    day date PRIMARY KEY,
    works boolean NOT NULL,
    name text NOT NULL
);
