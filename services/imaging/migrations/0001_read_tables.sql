-- The read tables of imaging; each can be rebuilt from the log.
CREATE TABLE photo_register (
    photo_id uuid PRIMARY KEY,
    version integer NOT NULL,
    status_id uuid NOT NULL,
    school_code text NOT NULL,
    agency text NOT NULL,
    submitted_by text NOT NULL,
    state text NOT NULL,
    reasons text NOT NULL,
    digest text NOT NULL,
    profile text NOT NULL,
    comparison text NOT NULL,
    captured_on date NOT NULL,
    submitted_on date NOT NULL,
    approved_on date
);
CREATE INDEX photo_register_waiting ON photo_register (agency, photo_id) WHERE state = 'awaiting_review';

CREATE TABLE capture_roll (
    status_id uuid PRIMARY KEY,
    school_code text,
    exam_no text,
    graduation_year integer,
    person_id uuid,
    code_id uuid,
    code_expires_on date,
    photo_id uuid,
    photo_state text NOT NULL
);
CREATE INDEX capture_roll_class ON capture_roll (school_code, graduation_year, exam_no, status_id);
