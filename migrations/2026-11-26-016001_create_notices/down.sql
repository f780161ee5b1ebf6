DROP TABLE notice_units, notice_recipients, notices;
DROP FUNCTION refuse_change_of_signed_notice, refuse_change_of_signed_recipients;
