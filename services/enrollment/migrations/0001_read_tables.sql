-- The read tables of enrollment; their only writer is projections.py, and each can be rebuilt from the log.
CREATE TABLE batch_register (
    batch_id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    filename text NOT NULL,
    digest text NOT NULL,
    province text,
    school_code text,
    submitted_by text NOT NULL,
    rows integer,
    accepted integer NOT NULL,
    refused integer NOT NULL,
    errors_digest text,
    reason text,
    version integer NOT NULL
);

CREATE TABLE admission_register (
    admission_id uuid PRIMARY KEY,
    batch_id text NOT NULL,
    exam_no text NOT NULL,
    entry_year integer NOT NULL,
    school_code text NOT NULL,
    id_key text NOT NULL,
    name_key text NOT NULL,
    sealed_person text NOT NULL,
    level text NOT NULL,
    major_name text NOT NULL,
    outcome text NOT NULL,
    version integer NOT NULL
);
CREATE INDEX admission_register_by_batch ON admission_register (batch_id);

CREATE TABLE student_register (
    status_id uuid PRIMARY KEY,
    admission_id uuid NOT NULL,
    exam_no text NOT NULL,
    student_no text,
    entry_year integer NOT NULL,
    id_key text NOT NULL,
    name_key text NOT NULL,
    sealed_person text NOT NULL,
    school_code text NOT NULL,
    school_name text NOT NULL,
    level text NOT NULL,
    category text NOT NULL,
    study_form text NOT NULL,
    major_code text NOT NULL,
    major_name text NOT NULL,
    duration text NOT NULL,
    entry_date date NOT NULL,
    expected_graduation_date date NOT NULL,
    admission_type text NOT NULL,
    state text NOT NULL,
    left_on date,
    version integer NOT NULL
);
CREATE INDEX student_register_by_exam_no ON student_register (school_code, exam_no);

CREATE TABLE annual_register (
    status_id uuid NOT NULL,
    academic_year integer NOT NULL,
    result text NOT NULL,
    registered_on date NOT NULL,
    due_on date NOT NULL,
    late boolean NOT NULL,
    PRIMARY KEY (status_id, academic_year)
);
