-- Who looked at whom, and with whose consent.
SELECT 1;
