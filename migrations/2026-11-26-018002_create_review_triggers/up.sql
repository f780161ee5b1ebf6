-- What makes a unit review its own papers, and the review of each kind of them.
CREATE TABLE review_triggers (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    kind text NOT NULL,
    occurred_on date NOT NULL,
    about text NOT NULL,
    raised_by uuid NOT NULL REFERENCES accounts (id),
    raised_at timestamptz NOT NULL,
    CONSTRAINT review_triggers_once UNIQUE (owner_id, unit_id, kind, occurred_on)
);
CREATE INDEX review_triggers_by_owner ON review_triggers (owner_id, raised_at DESC, id DESC);
CREATE INDEX review_triggers_by_unit ON review_triggers (unit_id, owner_id, raised_at DESC, id DESC);
CREATE TABLE review_tasks (
    trigger_id uuid NOT NULL REFERENCES review_triggers (id),
    document text NOT NULL,
    due_on date NOT NULL,
    done_at timestamptz,
    done_by uuid REFERENCES accounts (id),
    paper text,
    note text,
    PRIMARY KEY (trigger_id, document),
    CONSTRAINT review_tasks_done CHECK ((done_at IS NULL) = (done_by IS NULL))
);
