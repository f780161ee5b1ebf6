-- It gave positions in no order, so that a box over a town was sorted for each page.
DROP INDEX CONCURRENTLY photos_by_position;
