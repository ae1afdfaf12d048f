-- The school years, what is overdue, and who was reminded; who was away when; what a year told.
CREATE TABLE school_register (
    school_id uuid PRIMARY KEY,
    school_code text NOT NULL UNIQUE,
    province text NOT NULL,
    credits jsonb NOT NULL,
    reporting jsonb NOT NULL,
    version integer NOT NULL
);

CREATE TABLE school_year_register (
    school_code text NOT NULL,
    academic_year integer NOT NULL,
    starts_on date NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL,
    with_a_result boolean NOT NULL,
    reminded_on date,
    found_on date,
    missing integer,
    completed_on date,
    CONSTRAINT school_year_register_pkey PRIMARY KEY (school_code, academic_year)
);
-- The leader asks every few seconds for what is not complete; a province asks for what is overdue.
CREATE INDEX school_year_register_open ON school_year_register (due_on) WHERE state <> 'complete';

-- Who was ever on leave or had a reserved status: from when on now, and the times that are over.
CREATE TABLE absence_register (
    status_id uuid PRIMARY KEY,
    state text NOT NULL,
    away_since date,
    absences text NOT NULL
);

ALTER TABLE annual_register
    ADD COLUMN cause text,
    ADD COLUMN deferred_on date,
    ADD COLUMN changes text,
    ADD COLUMN annotations text,
    ADD COLUMN origin text,
    ADD COLUMN evidence_level text;

-- The open students of a school in the order in which they are listed. A year's result changes none of these columns,
-- so that the index is not written anew for each of them.
CREATE INDEX student_register_open ON student_register (school_code, entry_year, exam_no, status_id)
    WHERE state IN ('active', 'suspended', 'on_leave', 'reserved');
