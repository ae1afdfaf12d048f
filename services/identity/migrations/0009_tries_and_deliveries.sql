-- Who hears of guesses: the subject that was meant (empty where there is none), and how many misses made a place wait
-- that its owner was not told of yet. The worker tells; who guesses waits for nothing that shows whether there is anybody.
ALTER TABLE sign_in_attempts
    ADD COLUMN subject text NOT NULL DEFAULT '',
    ADD COLUMN untold integer NOT NULL DEFAULT 0;
CREATE INDEX sign_in_attempts_untold ON sign_in_attempts (subject) WHERE untold > 0;

-- Messages that are done are forgotten by day
CREATE INDEX message_deliveries_settled ON message_deliveries (settled_at) WHERE state <> 'waiting';
