DROP TABLE round_teams, round_targets, rounds;
