DROP TABLE unsent_work;
DROP TABLE unsent_reports;
