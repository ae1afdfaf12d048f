-- A school's own admissions in the order in which a template lists them.
CREATE INDEX admission_register_by_school ON admission_register (school_code, entry_year, exam_no);
