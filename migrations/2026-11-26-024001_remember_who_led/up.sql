-- Whoever led a team at some time does not settle its critical findings alone, whatever seat they have by then. Kept by a
-- trigger: whoever seats people can't forget it, and nobody clears it.
ALTER TABLE team_members ADD COLUMN has_led boolean NOT NULL DEFAULT false;
UPDATE team_members SET has_led = true WHERE role = 'lead';
-- Seats from before, as the record of custody has them.
UPDATE team_members m SET has_led = true FROM custody c, jsonb_array_elements(c.details -> 'members') AS seat
    WHERE c.object_kind = 'team' AND c.deed IN ('team.created', 'team.changed') AND c.object_id = m.team_id::text
      AND seat ->> 'role' = 'lead' AND seat ->> 'account' = m.account_id::text AND NOT m.has_led;

CREATE FUNCTION remember_who_led() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.has_led := true;
    RETURN NEW;
END $$;
CREATE TRIGGER team_members_remember_who_led BEFORE INSERT OR UPDATE OF role ON team_members
    FOR EACH ROW WHEN (NEW.role = 'lead') EXECUTE FUNCTION remember_who_led();
