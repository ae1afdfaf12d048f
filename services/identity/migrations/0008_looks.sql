-- Who looked at whom, which of these looks raised an alert, and to what people consented.
CREATE TABLE looks (
    record_id uuid NOT NULL,
    look_id uuid NOT NULL,
    service text NOT NULL,
    seen_at timestamptz NOT NULL,
    sub text NOT NULL,
    role text NOT NULL,
    org text NOT NULL,
    office text NOT NULL,
    use_case text NOT NULL,
    shown text NOT NULL,
    purpose text NOT NULL,
    alone boolean NOT NULL,
    PRIMARY KEY (record_id, look_id)
);

CREATE TABLE look_alerts (
    alert_id uuid PRIMARY KEY,
    look_id uuid NOT NULL,
    record_id uuid NOT NULL,
    service text NOT NULL,
    seen_at timestamptz NOT NULL,
    sub text NOT NULL,
    role text NOT NULL,
    org text NOT NULL,
    office text NOT NULL,
    use_case text NOT NULL,
    shown text NOT NULL,
    purpose text NOT NULL
);

CREATE TABLE consents (
    consent_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    office text NOT NULL,
    purpose text NOT NULL,
    scope text NOT NULL,
    records text NOT NULL,
    until date NOT NULL,
    granted_at timestamptz NOT NULL,
    revoked_at timestamptz,
    version integer NOT NULL
);
CREATE INDEX consents_person ON consents (person_id, consent_id);
CREATE INDEX consents_office ON consents (office, consent_id);
