-- What the worker looks for every few seconds, and what offices list, is found without reading a whole table.
-- Proposals that wait for a second person: a handful among all the claims of the country.
CREATE INDEX claims_of_waiting_cancellations ON claims (originator_id)
    WHERE scope IN ('cancellation.waiting', 'cancellation.declared');
-- Who is away, by the day of return, in the order in which the overdue are listed.
CREATE INDEX student_register_away ON student_register (return_by, status_id) WHERE state IN ('on_leave', 'reserved');
-- The transfer that a status came by.
CREATE INDEX transfer_register_by_new_status ON transfer_register (new_status_id) WHERE new_status_id IS NOT NULL;
