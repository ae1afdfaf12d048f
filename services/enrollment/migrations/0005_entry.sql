-- Corrections of admissions, rechecks, preparatory students.
ALTER TABLE admission_register
    ADD COLUMN province text NOT NULL DEFAULT '',
    ADD COLUMN category text NOT NULL DEFAULT '',
    ADD COLUMN study_form text NOT NULL DEFAULT '',
    ADD COLUMN entry_date date,
    ADD COLUMN admission_type text NOT NULL DEFAULT '',
    ADD COLUMN special_plan boolean NOT NULL DEFAULT false,
    ADD COLUMN special_kind text NOT NULL DEFAULT '',
    ADD COLUMN preparatory text NOT NULL DEFAULT '',
    ADD COLUMN training_school text NOT NULL DEFAULT '',
    ADD COLUMN prep_recheck text NOT NULL DEFAULT '',
    ADD COLUMN joint_partner text NOT NULL DEFAULT '',
    ADD COLUMN cause text NOT NULL DEFAULT '',
    ADD COLUMN reported_on date,
    ADD COLUMN deferred_until date,
    ADD COLUMN fix_id text NOT NULL DEFAULT '',
    ADD COLUMN basis_version integer NOT NULL DEFAULT 1;
CREATE INDEX admission_register_of_school ON admission_register (school_code, entry_year, exam_no);
-- what deadlines look for
CREATE INDEX admission_register_waiting ON admission_register (school_code, entry_year) WHERE outcome = 'listed';
CREATE INDEX admission_register_deferred ON admission_register (deferred_until) WHERE outcome = 'deferred';

CREATE TABLE admission_fix_register (
    fix_id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    admission_id uuid,
    school_code text NOT NULL,
    province text NOT NULL,
    entry_year integer NOT NULL,
    exam_no text NOT NULL,
    columns text NOT NULL,
    sealed text NOT NULL,
    reason text NOT NULL,
    opinion text,
    decision text,
    evidence text NOT NULL,
    requested_on date NOT NULL,
    proposed_on date,
    decided_on date,
    version integer NOT NULL
);
CREATE INDEX admission_fix_register_of_school ON admission_fix_register (school_code, fix_id);
CREATE INDEX admission_fix_register_of_province ON admission_fix_register (province, fix_id);

CREATE TABLE preparatory_register (
    preparatory_id uuid PRIMARY KEY,
    admission_id uuid NOT NULL,
    kind text NOT NULL,
    admitting_school text NOT NULL,
    training_school text NOT NULL,
    state text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    ended_on date,
    cause text NOT NULL,
    version integer NOT NULL
);
CREATE INDEX preparatory_register_admitting ON preparatory_register (admitting_school, preparatory_id);
CREATE INDEX preparatory_register_training ON preparatory_register (training_school, preparatory_id);

CREATE TABLE recheck_register (
    status_id uuid PRIMARY KEY,
    result text NOT NULL,
    failed text NOT NULL,
    rechecked_on date NOT NULL,
    due_on date NOT NULL,
    late boolean NOT NULL
);
CREATE INDEX recheck_register_failed ON recheck_register (status_id) WHERE result = '不合格';
