-- How many are in which state on which day, as known at which instant: each row says how many more or fewer there are
-- from a day on, as known from an instant on. Who asks for a number adds these up, and reads no single student.
CREATE TABLE status_counts (
    school_code text NOT NULL,
    training text NOT NULL,
    level text NOT NULL,
    grade integer NOT NULL,
    major_name text NOT NULL,
    state text NOT NULL,
    valid_from date NOT NULL,
    recorded_at timestamptz NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (school_code, valid_from, recorded_at, training, level, grade, major_name, state)
);
-- A count of today begins with the totals and takes off what holds, or was known, only later.
CREATE INDEX status_counts_later ON status_counts (valid_from);
CREATE INDEX status_counts_known ON status_counts (recorded_at);

CREATE TABLE status_totals (
    divided_by text NOT NULL,
    school_code text NOT NULL,
    training text NOT NULL,
    divided text NOT NULL,
    state text NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (divided_by, school_code, training, divided, state)
);
CREATE INDEX status_totals_of_province ON status_totals (divided_by, substr(school_code, 3, 2));

CREATE TABLE year_counts (
    academic_year integer NOT NULL,
    school_code text NOT NULL,
    training text NOT NULL,
    result text NOT NULL,
    valid_from date NOT NULL,
    recorded_at timestamptz NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (academic_year, school_code, training, result, valid_from, recorded_at)
);
CREATE INDEX year_counts_of_province ON year_counts (academic_year, substr(school_code, 3, 2));

-- Which papers prove a breach.
ALTER TABLE incident_register ADD COLUMN evidence text NOT NULL DEFAULT '';
