DROP TABLE review_tasks;
DROP TABLE review_triggers;
