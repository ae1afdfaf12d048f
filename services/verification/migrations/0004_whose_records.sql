-- Whose records are: what identity tells of them. A disputed one waits, a disowned one is nobody's, and the reports on
-- it are void; whoever speaks for two merged accounts sees the reports of both.
ALTER TABLE status_sheet ADD COLUMN disputed_on date;
ALTER TABLE qualification_sheet ADD COLUMN disowned_on date;

CREATE TABLE disowned_record (
    record_id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    status_id uuid NOT NULL,
    disowned_on date NOT NULL,
    PRIMARY KEY (record_id, person_id)
);

CREATE TABLE person_merge (
    other_person_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    merged_on date NOT NULL,
    split_on date
);
CREATE INDEX person_merge_by_person ON person_merge (person_id);

-- A person, and everybody for whom that person speaks.
CREATE FUNCTION people_of(asked uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2 AS $$
    WITH RECURSIVE mine (person_id) AS (
        SELECT asked UNION SELECT m.other_person_id FROM person_merge m JOIN mine ON m.person_id = mine.person_id
        WHERE m.split_on IS NULL
    )
    SELECT person_id FROM mine
$$;
