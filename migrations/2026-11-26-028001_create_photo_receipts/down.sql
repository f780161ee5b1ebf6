DROP TABLE photo_receipts;
DROP FUNCTION refuse_change_of_receipts();
