-- Changes, study records, cancellations and other papers.
CREATE TABLE archive_entry (
    status_id uuid NOT NULL,
    version integer NOT NULL,
    entry text NOT NULL,
    kind text NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    decision_no text,
    decided_on date,
    due_on date,
    late boolean NOT NULL,
    content text NOT NULL,
    withdrawn_on date,
    PRIMARY KEY (status_id, version)
);

CREATE TABLE cancellation_register (
    cancellation_id uuid PRIMARY KEY,
    status_id uuid NOT NULL,
    school_code text NOT NULL,
    training text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    decision_no text NOT NULL,
    decided_on date NOT NULL,
    effective_on date NOT NULL,
    reason text NOT NULL,
    proof text NOT NULL,
    illegal_entry boolean NOT NULL,
    asked_on date,
    proposed_by text NOT NULL,
    proposed_on date NOT NULL,
    due_on date,
    remind_on date,
    reminded_on date,
    decided_by text,
    closed_on date,
    late boolean NOT NULL,
    outcome text,
    version integer NOT NULL
);
CREATE INDEX cancellation_register_by_school ON cancellation_register (school_code, state);
CREATE INDEX cancellation_register_by_status ON cancellation_register (status_id);

CREATE TABLE incident_register (
    incident_id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    summary text NOT NULL,
    school_code text,
    province text NOT NULL,
    responsible text NOT NULL,
    unit_head text NOT NULL,
    status_ids text NOT NULL,
    case_ids text NOT NULL,
    happened_on date,
    opened_by text NOT NULL,
    opened_on date NOT NULL,
    outcome text,
    keys_revoked_on date,
    closed_by text,
    closed_on date,
    version integer NOT NULL
);
CREATE INDEX incident_register_by_province ON incident_register (province, state);

-- How many terms of leave a school grants in all.
ALTER TABLE school_register ADD COLUMN leave_terms integer;
