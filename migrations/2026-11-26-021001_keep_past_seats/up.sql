-- Stretches on a team that ended and were followed by another: `team_members` holds the latest one alone, and rules for
-- rotation ask who was there at the time.
CREATE TABLE past_seats (
    team_id uuid NOT NULL,
    account_id uuid NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz NOT NULL,
    PRIMARY KEY (team_id, account_id, added_at, removed_at),
    FOREIGN KEY (team_id, account_id) REFERENCES team_members (team_id, account_id)
);
