-- What each phone last said it still holds, visit by visit: so that each reader is told of the visits they may know of.
CREATE TABLE unsent_reports (
    device_id uuid PRIMARY KEY REFERENCES devices (id),
    reported_at timestamptz NOT NULL,
    device_clock timestamptz NOT NULL,
    device_clock_offset_s integer NOT NULL
);
CREATE TABLE unsent_work (
    device_id uuid NOT NULL REFERENCES unsent_reports (device_id),
    -- As the phone says: it may name what is no visit, and is not told so.
    visit_id uuid NOT NULL,
    photos bigint NOT NULL CHECK (photos >= 0),
    changes bigint NOT NULL CHECK (changes >= 0),
    bytes bigint NOT NULL CHECK (bytes >= 0),
    oldest_captured_at timestamptz,
    PRIMARY KEY (device_id, visit_id)
);
