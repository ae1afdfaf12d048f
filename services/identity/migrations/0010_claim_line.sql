-- Claims to one document are received at any time and decided one after another; classmates vouch for whoever claims.
ALTER TABLE claim_register
    ADD COLUMN rank smallint NOT NULL DEFAULT 0,
    ADD COLUMN queued_at timestamptz,
    ADD COLUMN appeal_waits boolean NOT NULL DEFAULT false;
CREATE INDEX claim_register_document ON claim_register (id_key) WHERE NOT settled;

CREATE TABLE claim_vouchers (
    vouch_id uuid PRIMARY KEY,
    claim_id uuid NOT NULL,
    person_id uuid NOT NULL,
    account_id uuid NOT NULL,
    school_code text NOT NULL,
    school_name text NOT NULL,
    vouched_at timestamptz NOT NULL,
    taken_back_at timestamptz
);
CREATE INDEX claim_vouchers_claim ON claim_vouchers (claim_id);
CREATE INDEX claim_vouchers_person ON claim_vouchers (person_id);
