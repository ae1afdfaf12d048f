-- Offices, their operators and machine clients.
SELECT 1;
