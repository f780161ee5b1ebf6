-- What the people of a unit write for its head to send: an explanation of a finding before it is one.
CREATE TABLE explanation_drafts (
    finding_id uuid PRIMARY KEY REFERENCES findings (id),
    text text NOT NULL,
    papers text[] NOT NULL,
    written_by uuid NOT NULL REFERENCES accounts (id),
    written_at timestamptz NOT NULL,
    version integer NOT NULL CHECK (version > 0)
);
