-- Sign-in: factors, sessions, attempts.
SELECT 1;
