DROP FUNCTION vietnamese_order(text);
