DROP TABLE replays, tasks, custody;
DROP FUNCTION refuse_change_of_custody;
