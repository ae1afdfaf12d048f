-- Cases, transfers, identity versions, conflicts.
SELECT;
