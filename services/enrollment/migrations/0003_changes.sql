-- Changes, study records, cancellations and other papers.
SELECT;
