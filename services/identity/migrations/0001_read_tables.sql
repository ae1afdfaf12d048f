-- The read tables of identity; each can be rebuilt from the log.
CREATE TABLE account_register (
    account_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    id_key text NOT NULL,
    name_key text NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    opened_at timestamptz NOT NULL
);
CREATE INDEX account_register_person ON account_register (person_id);
CREATE INDEX account_register_unproven ON account_register (opened_at) WHERE state = 'opened';

CREATE TABLE heard_records (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    status_id uuid NOT NULL,
    id_key text NOT NULL,
    name_key text NOT NULL,
    school_code text NOT NULL,
    school_name text NOT NULL,
    level text NOT NULL,
    major_name text NOT NULL,
    since date NOT NULL,
    person_id uuid,
    bound_on date
);
CREATE INDEX heard_records_id_key ON heard_records (id_key);
CREATE INDEX heard_records_person ON heard_records (person_id) WHERE person_id IS NOT NULL;
