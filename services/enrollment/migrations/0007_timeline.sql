-- What was valid when, and known when.
SELECT;
