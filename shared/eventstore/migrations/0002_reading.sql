-- The read side: what the sequencer, the auditor and the readers of a history need beside 0001.

-- An event has one position at most, and a reader finds it from the event.
CREATE UNIQUE INDEX log_event ON log (row_id);

-- Transaction ids are counted by one server. `cluster` names it; after a restore elsewhere the sequencer starts a new
-- reckoning (`rebased`) and from then on asks the log itself which events are new.
ALTER TABLE sequencer
    ADD COLUMN cluster text NOT NULL DEFAULT '',
    ADD COLUMN rebased boolean NOT NULL DEFAULT false;

-- Which histories speak of a subject: the auditor's way from one id to all of them.
CREATE TABLE subject_trail (
    subject text NOT NULL,
    originator_id uuid NOT NULL,
    CONSTRAINT subject_trail_pkey PRIMARY KEY (subject, originator_id)
);
