DROP INDEX CONCURRENTLY team_members_by_office;
