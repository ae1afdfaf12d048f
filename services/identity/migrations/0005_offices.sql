-- Offices, their names by day, the people who act for them and their machine clients: read tables, rebuilt from the log.
CREATE TABLE office_register (
    office_id uuid PRIMARY KEY,
    code text NOT NULL,
    kind text NOT NULL,
    org text NOT NULL,
    province text,  -- whose education authority looks after it
    valid_from date NOT NULL,
    valid_until date,
    owner text,
    procedure text,
    statement text,
    attested_on date,
    attested_until date,
    told text,  -- reminded | lapsed: which of the two was written down last
    suspended boolean NOT NULL,
    ended_on date,
    successor text
);
CREATE UNIQUE INDEX office_register_code ON office_register (code);
CREATE INDEX office_register_province ON office_register (province, code) WHERE province IS NOT NULL;
CREATE INDEX office_register_due ON office_register (attested_until) WHERE attested_until IS NOT NULL;

CREATE TABLE office_names (
    code text NOT NULL,
    valid_from date NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (code, valid_from)
);

CREATE TABLE operator_register (
    id uuid PRIMARY KEY,
    operator_id text NOT NULL,
    office text NOT NULL,
    role text NOT NULL,
    training text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    state text NOT NULL,
    invited_until timestamptz,
    revoked_on date,
    sealed_person text NOT NULL
);
CREATE INDEX operator_register_office ON operator_register (office, operator_id);

CREATE TABLE machine_client_register (
    id uuid PRIMARY KEY,
    client_id text NOT NULL,
    office text NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL,
    networks text NOT NULL,
    expires_on date NOT NULL,
    revoked boolean NOT NULL,
    rotated_until timestamptz,
    tokens bigint NOT NULL,
    last_token_at timestamptz
);
CREATE INDEX machine_client_register_office ON machine_client_register (office, client_id);

-- Beside the log: a fact a token would be a hundred thousand facts a day that say nothing new. Tokens are counted here
-- and their number becomes one fact for each span of minutes; the row is deleted then.
CREATE TABLE machine_token_counts (
    client_id text NOT NULL,
    since timestamptz NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (client_id, since)
);
