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
