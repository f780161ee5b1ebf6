-- Figures that others made. A value that is told anew takes the place of the one before, which stays: reports as they
-- were known at an instant take the one that was known then.
CREATE TABLE external_figures (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES owners (id),
    series text COLLATE "C" NOT NULL,
    title text NOT NULL,
    source text NOT NULL,
    -- NULL: about the owner as a whole.
    unit_id uuid REFERENCES units (id),
    -- Every unit above it on the last day of the period, nearest first.
    unit_ancestors uuid[] NOT NULL,
    unit_class text,
    period_from date NOT NULL,
    period_to date NOT NULL,
    -- As the domain writes it, tagged by its type.
    figure jsonb NOT NULL,
    imported_by uuid REFERENCES accounts (id),
    imported_at timestamptz NOT NULL,
    superseded_at timestamptz,
    CONSTRAINT external_figures_period CHECK (period_to >= period_from)
);
CREATE UNIQUE INDEX external_figures_once
    ON external_figures (owner_id, series, unit_id, unit_class, period_from, period_to)
    NULLS NOT DISTINCT WHERE superseded_at IS NULL;
CREATE INDEX external_figures_by_period ON external_figures (owner_id, period_to DESC, id DESC);
CREATE INDEX external_figures_by_series ON external_figures (owner_id, series, period_to DESC, id DESC);
CREATE INDEX external_figures_by_unit ON external_figures (owner_id, unit_id, period_to DESC, id DESC);
