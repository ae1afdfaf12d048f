-- Leave to report later, discharge from military service, and outcomes of entry that somebody asks to take back.
ALTER TABLE admission_register
    ADD COLUMN leave_until date,
    ADD COLUMN discharged_on date,
    ADD COLUMN withdrawal_by text NOT NULL DEFAULT '',
    ADD COLUMN withdrawal_reason text NOT NULL DEFAULT '',
    ADD COLUMN withdrawal_until date;
CREATE INDEX admission_register_withdrawals ON admission_register (school_code, entry_year) WHERE withdrawal_by <> '';
