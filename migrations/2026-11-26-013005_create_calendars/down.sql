DROP TABLE holidays, calendar_days, calendars;
