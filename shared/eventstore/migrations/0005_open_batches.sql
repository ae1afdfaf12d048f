-- The worker asks several times a second which bulk files are open. Each open one holds a claim of this scope, so the
-- index is as long as the queue; the one over all batches, which grew with the years, goes.
CREATE INDEX claims_of_open_batches ON claims (originator_id) WHERE scope = 'batch.open';
DROP INDEX standings_of_batches;
