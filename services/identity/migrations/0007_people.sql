-- Several identities of one person, and by which numbers records are found, bound and disowned. Of a status these are
-- its student and exam number, of a qualification the keyed hashes of the one or two numbers on its certificate.
ALTER TABLE heard_records
    ADD COLUMN category text NOT NULL DEFAULT '',
    ADD COLUMN year integer NOT NULL DEFAULT 0,
    ADD COLUMN number text,
    ADD COLUMN other_number text,
    ADD COLUMN disowned_on date,
    ADD COLUMN sealed_statement text;
CREATE INDEX heard_records_number ON heard_records (number) WHERE number <> '';
CREATE INDEX heard_records_other_number ON heard_records (other_number) WHERE other_number <> '';
CREATE INDEX heard_records_disowned ON heard_records (school_code, id) WHERE disowned_on IS NOT NULL;

-- Of each account: every document and name that was verified as its person's, sealed as they were when they came.
CREATE TABLE person_identities (
    account_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    state text NOT NULL,
    known jsonb NOT NULL
);
CREATE INDEX person_identities_person ON person_identities (person_id);
CREATE INDEX person_identities_known ON person_identities USING gin (known jsonb_path_ops);

-- Two accounts of one human being: proposed by one of the registry, confirmed by another.
CREATE TABLE merge_register (
    merge_id uuid PRIMARY KEY,
    surviving_account uuid NOT NULL,
    other_account uuid NOT NULL,
    surviving_person uuid NOT NULL,
    other_person uuid NOT NULL,
    state text NOT NULL,
    proposed_by text NOT NULL,
    proposed_on date NOT NULL,
    confirmed_by text,
    settled_on date
);
CREATE INDEX merge_register_waiting ON merge_register (state, merge_id);
CREATE INDEX merge_register_survivor ON merge_register (surviving_person);
