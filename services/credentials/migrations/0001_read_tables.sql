-- The read tables of credentials; their only writer is projections.py, and each can be rebuilt from the log.
CREATE TABLE certificate_batch_register (
    batch_id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    filename text NOT NULL,
    digest text NOT NULL,
    school_code text NOT NULL,
    submitted_by text NOT NULL,
    confirmed_by text,
    rows integer,
    accepted integer NOT NULL,
    refused integer NOT NULL,
    errors_digest text,
    reason text,
    version integer NOT NULL
);

CREATE TABLE certificate_register (
    certificate_id uuid PRIMARY KEY,
    status_id uuid NOT NULL,
    batch_id text,
    number text NOT NULL,
    id_key text NOT NULL,
    sealed_person text NOT NULL,
    school_code text NOT NULL,
    school_name text NOT NULL,
    level text NOT NULL,
    major_name text NOT NULL,
    study_form text NOT NULL,
    conclusion text NOT NULL,
    graduation_date date NOT NULL,
    issue_date date NOT NULL,
    president_name text NOT NULL,
    state text NOT NULL,
    photo_digest text,
    effective_date date,
    version integer NOT NULL
);
CREATE INDEX certificate_register_by_status ON certificate_register (status_id);
CREATE INDEX certificate_register_by_batch ON certificate_register (batch_id, state);
CREATE INDEX certificate_register_due ON certificate_register (issue_date) WHERE state = 'registered';
