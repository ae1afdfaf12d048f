-- Contested documents and changed identities: read tables, rebuilt from the log.

-- Every claim and where it stands; nothing in it names anybody but sealed, under the key of the claim.
CREATE TABLE claim_register (
    claim_id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    id_type text NOT NULL,
    id_key text NOT NULL,
    name_key text NOT NULL,
    sealed_person text,
    sealed_statement text,
    sealed_appeal text,
    person_id uuid,
    account_id uuid,
    other_account_id uuid,
    opened_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    handed_in_at timestamptz,
    due_on date,
    unknown_year integer,
    overdue_on date,
    reviewer text NOT NULL,
    more_until date,
    reason text NOT NULL,
    decided_at timestamptz,
    decided_by text NOT NULL,
    decided_how text NOT NULL,
    late boolean NOT NULL,
    appeal text NOT NULL,
    appellant text NOT NULL,
    appeal_until date,
    appeal_reason text NOT NULL,
    settled boolean NOT NULL,
    version integer NOT NULL
);
-- The line in which claims wait for their review, and that of appeals
CREATE INDEX claim_register_line ON claim_register (handed_in_at, claim_id) WHERE state = 'in_review';
CREATE INDEX claim_register_appeals ON claim_register (since, claim_id) WHERE appeal = 'open';
CREATE INDEX claim_register_person ON claim_register (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX claim_register_account ON claim_register (account_id) WHERE decided_how = 'review';
CREATE INDEX claim_register_other_account ON claim_register (other_account_id) WHERE appeal = 'reversed';
-- What the day may ask for something in
CREATE INDEX claim_register_unsettled ON claim_register (since, claim_id) WHERE NOT settled;

-- Every step that anybody took, with its time and what was said with it.
CREATE TABLE claim_steps (
    claim_id uuid NOT NULL,
    number integer NOT NULL,
    step text NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (claim_id, number)
);

-- The pictures of claims: the file is sealed, and its key under the claim's own.
CREATE TABLE claim_evidence (
    evidence_id uuid PRIMARY KEY,
    claim_id uuid NOT NULL,
    role text NOT NULL,
    digest text NOT NULL,
    sealed_key text NOT NULL,
    size integer NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE INDEX claim_evidence_claim ON claim_evidence (claim_id);
