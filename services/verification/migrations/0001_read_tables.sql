-- The read tables of verification; their only writer is projections.py, and each can be rebuilt from the log.
CREATE TABLE status_sheet (
    status_id uuid PRIMARY KEY,
    id_key text,
    sealed_person text,
    school_code text,
    school_name text,
    level text,
    category text,
    study_form text,
    major_name text,
    duration text,
    entry_date date,
    expected_graduation_date date,
    last_year integer,
    last_result text,
    conclusion text,
    photo_digest text,
    person_id uuid,
    version integer NOT NULL
);
CREATE INDEX status_sheet_by_person ON status_sheet (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE qualification_sheet (
    certificate_id uuid PRIMARY KEY,
    award_kind text,
    number text,
    status_id uuid,
    id_key text,
    sealed_person text,
    school_code text,
    school_name text,
    level text,
    category text,
    study_form text,
    major_name text,
    duration text,
    entry_date date,
    graduation_date date,
    conclusion text,
    president_name text,
    issue_date date,
    effective_date date,
    photo_digest text,
    version integer NOT NULL
);
CREATE INDEX qualification_sheet_by_status ON qualification_sheet (status_id);

CREATE TABLE report_register (
    report_id uuid PRIMARY KEY,
    kind text NOT NULL,
    record_id uuid NOT NULL,
    status_id uuid NOT NULL,
    person_id uuid NOT NULL,
    language text NOT NULL,
    state text NOT NULL,
    requested_on date NOT NULL,
    issued_on date,
    valid_until date NOT NULL,
    record_version integer,
    code_key text,
    document_digest text,
    sealed_document_key text,
    delayed_by text,
    sealed_detail text,
    version integer NOT NULL
);
CREATE UNIQUE INDEX report_register_by_code ON report_register (code_key) WHERE code_key IS NOT NULL;
CREATE INDEX report_register_by_person ON report_register (person_id, report_id);
CREATE INDEX report_register_unissued ON report_register (report_id) WHERE state = 'requested';
CREATE INDEX report_register_running ON report_register (valid_until) WHERE state = 'issued';

-- What strangers were answered (A6-2). No read table: written before each answer by public.py, never changed.
-- `client_key` is a keyed hash of the address; `shown` names the fields, not their values.
CREATE TABLE evidence (
    evidence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    answered_at timestamptz NOT NULL,
    outcome text NOT NULL,
    report_id uuid,
    record_id uuid,
    record_version integer,
    shown text[] NOT NULL,
    client_key text NOT NULL
);
CREATE INDEX evidence_by_report ON evidence (report_id, answered_at) WHERE report_id IS NOT NULL;

-- One look-up for one code, planned once a session.
CREATE FUNCTION report_by_code(asked text)
RETURNS TABLE (
    report_id uuid, kind text, record_id uuid, state text, issued_on date, valid_until date, record text
)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    SELECT r.report_id, r.kind, r.record_id, r.state, r.issued_on, r.valid_until,
           CASE r.kind WHEN 'status' THEN (SELECT row_to_json(s)::text FROM status_sheet s WHERE s.status_id = r.record_id)
                       ELSE (SELECT row_to_json(q)::text FROM qualification_sheet q WHERE q.certificate_id = r.record_id) END
    FROM report_register r WHERE r.code_key = asked;
END
$$;
