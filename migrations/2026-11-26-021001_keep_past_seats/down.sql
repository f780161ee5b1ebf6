DROP TABLE past_seats;
