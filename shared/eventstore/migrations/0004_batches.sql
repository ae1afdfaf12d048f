-- Decision rows of bulk files, so that the worker finds the open ones without reading everybody's. The predicate names
-- only `kind`, which never changes: an index on `state` would cost every update of a decision row its shortest way.
CREATE INDEX standings_of_batches ON standings (originator_id) WHERE kind LIKE '%Batch';
