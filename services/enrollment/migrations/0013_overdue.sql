-- What the clocks found overdue: rechecks by school and day of entry, and proposals to close a status.
CREATE TABLE recheck_term_register (
    school_code text NOT NULL,
    entry_date date NOT NULL,
    entry_year integer NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL,
    reminded_on date,
    found_on date,
    missing integer,
    completed_on date,
    PRIMARY KEY (school_code, entry_date)
);
CREATE INDEX recheck_term_register_listed ON recheck_term_register (due_on, school_code) WHERE state <> 'complete';

ALTER TABLE cancellation_register ADD COLUMN overdue_on date;
-- What still waits for a second person, in the order in which it is due.
CREATE INDEX cancellation_register_waiting ON cancellation_register (due_on) WHERE state = 'proposed';
