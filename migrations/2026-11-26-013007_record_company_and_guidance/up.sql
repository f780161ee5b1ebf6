-- Who received the team, and what it explained on the spot. Rows are named by phones, so that sending twice is once.
CREATE TABLE visit_attendees (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits (id),
    name text NOT NULL,
    office text NOT NULL,
    positions text[] NOT NULL,
    recorded_by uuid NOT NULL REFERENCES accounts (id),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX visit_attendees_by_visit ON visit_attendees (visit_id, recorded_at, id);
CREATE TABLE visit_guidance (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits (id),
    item_code text,
    guided text NOT NULL,
    content text NOT NULL,
    given_at timestamptz NOT NULL,
    given_offset_s integer NOT NULL,
    recorded_by uuid NOT NULL REFERENCES accounts (id),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX visit_guidance_by_visit ON visit_guidance (visit_id, given_at, id);
