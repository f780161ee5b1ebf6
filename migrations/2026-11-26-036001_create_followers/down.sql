DROP TABLE followed_visits;
DROP TABLE followers;
