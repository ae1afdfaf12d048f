-- The school years, what is overdue, and who was reminded.
SELECT;
