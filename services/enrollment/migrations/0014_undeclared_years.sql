-- Years whose first day a school has not said though students are due, and when that was last told to its province.
CREATE TABLE undeclared_year_register (
    school_code text NOT NULL,
    academic_year integer NOT NULL,
    due_on date NOT NULL,
    found_on date NOT NULL,
    missing integer NOT NULL,
    CONSTRAINT undeclared_year_register_pkey PRIMARY KEY (school_code, academic_year)
);

-- Why a first day was moved later after the year had begun, for the province to read.
ALTER TABLE school_year_register ADD COLUMN put_off text;
