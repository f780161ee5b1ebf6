-- Photos promised and held. Declared by the phone, received by us, examined by the worker: three sets of columns
-- that never overwrite each other.
CREATE TABLE photos (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    visit_id uuid NOT NULL REFERENCES visits (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    state text NOT NULL CHECK (state IN ('announced', 'stored', 'ready', 'no_preview', 'quarantined', 'withdrawn')),
    -- declared by the phone
    item_code text,
    subject text NOT NULL,
    caption text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT photos_sha256_length CHECK (length(sha256) = 32),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    media_type text NOT NULL,
    captured_at timestamptz NOT NULL,
    captured_offset_s integer NOT NULL,
    device_clock timestamptz NOT NULL,
    origin text NOT NULL CHECK (origin IN ('camera', 'gallery')),
    latitude double precision,
    longitude double precision,
    accuracy_m double precision,
    altitude_m double precision,
    position_source text NOT NULL CHECK (position_source IN ('gnss', 'network', 'manual', 'none')),
    declared_by uuid NOT NULL REFERENCES accounts (id),
    declared_session uuid NOT NULL REFERENCES sessions (id),
    declared_at timestamptz NOT NULL,
    -- decided when declared: needs no pixels
    place_verdict text NOT NULL CHECK (place_verdict IN ('inside', 'outside', 'cannot_tell')),
    place_distance_m double precision,
    place_reasons text[] NOT NULL,
    clock_skew_s double precision NOT NULL,
    -- received by us
    stored_at timestamptz,
    log_number bigint,
    -- found by the worker
    sniffed_type text,
    width integer,
    height integer,
    placeholder bytea,
    exif jsonb,
    checks jsonb,
    derivatives jsonb,
    quarantine_reason text,
    examined_at timestamptz,
    -- withdrawn by the inspector before submission: kept, marked, out of the way
    withdrawn_at timestamptz,
    withdrawn_by uuid REFERENCES accounts (id),
    withdrawn_because text,
    state_before_withdrawal text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT photos_position_whole CHECK
        ((position_source = 'none') = (latitude IS NULL) AND (latitude IS NULL) = (longitude IS NULL)
         AND (latitude IS NULL) = (accuracy_m IS NULL)),
    CONSTRAINT photos_stored_has_log CHECK ((stored_at IS NULL) = (log_number IS NULL))
);
-- One index for each documented scope with each documented filter, in capture order. Announced and withdrawn rows stay
-- out of the way: only the filter by state looks for them.
CREATE INDEX photos_by_owner ON photos (owner_id, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_owner_item ON photos (owner_id, item_code, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_owner_subject ON photos (owner_id, subject, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_owner_place ON photos (owner_id, place_verdict, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_owner_state ON photos (owner_id, state, captured_at, id);
CREATE INDEX photos_by_campaign ON photos (campaign_id, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_campaign_item ON photos (campaign_id, item_code, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_campaign_subject ON photos (campaign_id, subject, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_campaign_place ON photos (campaign_id, place_verdict, captured_at, id)
    WHERE state IN ('stored', 'ready', 'no_preview', 'quarantined');
CREATE INDEX photos_by_campaign_state ON photos (campaign_id, state, captured_at, id);
-- A visit has hundreds of photos at most: every filter within it is one short scan of this.
CREATE INDEX photos_by_visit ON photos (visit_id, captured_at, id);
CREATE INDEX photos_by_position ON photos USING gist (owner_id, point(longitude, latitude))
    WHERE latitude IS NOT NULL AND state IN ('stored', 'ready', 'no_preview', 'quarantined');

-- A held photo under its unit and each unit above, so that "everything below a province" is one index seek.
-- Rows come when the bytes are durable and go when the photo is withdrawn; what they repeat never changes.
CREATE TABLE photo_ancestors (
    ancestor_id uuid NOT NULL REFERENCES units (id),
    captured_at timestamptz NOT NULL,
    photo_id uuid NOT NULL REFERENCES photos (id),
    owner_id uuid NOT NULL REFERENCES owners (id),
    item_code text,
    subject text NOT NULL,
    place_verdict text NOT NULL,
    PRIMARY KEY (ancestor_id, owner_id, captured_at, photo_id)
);
CREATE INDEX photo_ancestors_by_item ON photo_ancestors (ancestor_id, owner_id, item_code, captured_at, photo_id);
CREATE INDEX photo_ancestors_by_subject ON photo_ancestors (ancestor_id, owner_id, subject, captured_at, photo_id);
CREATE INDEX photo_ancestors_by_place ON photo_ancestors (ancestor_id, owner_id, place_verdict, captured_at, photo_id);
CREATE INDEX photo_ancestors_by_photo ON photo_ancestors (photo_id);
