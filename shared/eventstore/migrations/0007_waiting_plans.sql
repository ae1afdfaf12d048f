-- Now and then the worker looks for plans of bulk files that nobody committed in their time.
CREATE INDEX claims_of_waiting_plans ON claims (originator_id) WHERE scope = 'batch.waiting';
