-- What was valid when, and known when: one row for each fact that says something of a status from a day on.
ALTER TABLE student_register
    ADD COLUMN college text,
    ADD COLUMN department text,
    ADD COLUMN class_no text,
    ADD COLUMN grade integer,
    ADD COLUMN since date,
    ADD COLUMN return_by date,
    ADD COLUMN asked_on date,
    ADD COLUMN checked text NOT NULL DEFAULT '',
    ADD COLUMN contested_in text NOT NULL DEFAULT '',
    ADD COLUMN identity_version integer NOT NULL DEFAULT 1,
    ADD COLUMN continues uuid,
    ADD COLUMN continued_at text,
    ADD COLUMN illegal_entry boolean NOT NULL DEFAULT false,
    ADD COLUMN origin text NOT NULL DEFAULT '',
    ADD COLUMN evidence_level text NOT NULL DEFAULT '',
    ADD COLUMN settled_year integer;
CREATE INDEX student_register_by_person ON student_register (id_key);

CREATE TABLE status_timeline (
    status_id uuid NOT NULL,
    version integer NOT NULL,
    part smallint NOT NULL,
    fact text NOT NULL,
    kind text,
    valid_from date NOT NULL,
    recorded_at timestamptz NOT NULL,
    state text,
    school_code text,
    level text,
    training text,
    grade integer,
    major_code text,
    major_name text,
    expected_graduation_date date,
    id_key text,
    sealed_person text,
    identity_version integer,
    CONSTRAINT status_timeline_pkey PRIMARY KEY (status_id, version, part)
);
-- A school's students of any day, those who came by transfer among them, begin with the row that names the school.
CREATE INDEX status_timeline_by_school ON status_timeline (school_code, valid_from) WHERE school_code IS NOT NULL;

-- The same for the results of academic years; a result that was taken back leaves a row without one.
CREATE TABLE year_timeline (
    status_id uuid NOT NULL,
    version integer NOT NULL,
    academic_year integer NOT NULL,
    result text,
    valid_from date NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT year_timeline_pkey PRIMARY KEY (status_id, version)
);
