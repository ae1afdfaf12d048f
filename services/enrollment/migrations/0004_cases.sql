-- Cases, conflicts, transfers and their steps, and whose each status is.
CREATE TABLE case_register (
    case_id uuid PRIMARY KEY,
    status_id uuid NOT NULL,
    school_code text NOT NULL,
    province text NOT NULL,
    training text NOT NULL,
    kind text NOT NULL,
    level text NOT NULL,
    fields text NOT NULL,
    state text NOT NULL,
    sealed_request text NOT NULL,
    evidence text NOT NULL,
    filed_by text NOT NULL,
    filed_role text NOT NULL,
    filed_on date NOT NULL,
    due_on date,
    unknown_year integer,
    overdue_on date,
    decided_on date,
    late boolean NOT NULL,
    reason text,
    continued_by uuid,
    version integer NOT NULL
);
CREATE INDEX case_register_by_status ON case_register (status_id);
CREATE INDEX case_register_by_school ON case_register (school_code, state);
CREATE INDEX case_register_by_province ON case_register (province, state);
CREATE INDEX case_register_due ON case_register (due_on) WHERE overdue_on IS NULL AND decided_on IS NULL;

CREATE TABLE conflict_register (
    conflict_id uuid PRIMARY KEY,
    first_status_id uuid NOT NULL,
    first_school text NOT NULL,
    second_status_id uuid,
    second_school text NOT NULL,
    two_people boolean NOT NULL,
    state text NOT NULL,
    opened_on date NOT NULL,
    due_on date,
    unknown_year integer,
    overdue_on date,
    answered_by text NOT NULL,
    evidence text NOT NULL,
    outcome text,
    ending text,
    decision_no text,
    decided_on date,
    late boolean NOT NULL,
    reason text,
    version integer NOT NULL
);
CREATE INDEX conflict_register_by_first_school ON conflict_register (first_school, state);
CREATE INDEX conflict_register_by_second_school ON conflict_register (second_school, state);
CREATE INDEX conflict_register_by_first ON conflict_register (first_status_id);
CREATE INDEX conflict_register_by_second ON conflict_register (second_status_id);
CREATE INDEX conflict_register_due ON conflict_register (due_on) WHERE state = 'open' AND overdue_on IS NULL;

CREATE TABLE transfer_register (
    transfer_id uuid PRIMARY KEY,
    status_id uuid NOT NULL,
    new_status_id uuid,
    from_school text NOT NULL,
    to_school text NOT NULL,
    to_school_name text NOT NULL,
    to_level text NOT NULL,
    to_major_name text NOT NULL,
    training text NOT NULL,
    reason_kind text NOT NULL,
    evidence text NOT NULL,
    state text NOT NULL,
    requested_role text NOT NULL,
    requested_on date NOT NULL,
    decision_no text,
    confirmed_by text NOT NULL,
    publicity_until date,
    unknown_year integer,
    effective_on date,
    due_on date,
    filed_on date,
    late boolean NOT NULL,
    overdue_on date,
    rejected_for text,
    reason text,
    version integer NOT NULL
);
CREATE INDEX transfer_register_by_status ON transfer_register (status_id);
CREATE INDEX transfer_register_by_source ON transfer_register (from_school, state);
CREATE INDEX transfer_register_by_target ON transfer_register (to_school, state);
CREATE INDEX transfer_register_due ON transfer_register (due_on) WHERE state = 'completed' AND overdue_on IS NULL;

-- every step of a case, a conflict or a transfer: what the student is told, and when
CREATE TABLE case_steps (
    subject_id uuid NOT NULL,
    number integer NOT NULL,
    step text NOT NULL,
    role text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (subject_id, number)
);

CREATE TABLE status_holder (
    status_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    bound_on date NOT NULL
);
CREATE INDEX status_holder_by_person ON status_holder (person_id);
