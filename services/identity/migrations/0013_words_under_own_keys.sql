-- What people wrote lies under the key of their account: what a consent is for, and why a record is not theirs.
ALTER TABLE consents ADD COLUMN account_id uuid,
    ADD COLUMN sealed_purpose text;
ALTER TABLE heard_records ADD COLUMN sealed_for uuid;
