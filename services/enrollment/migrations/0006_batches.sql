-- Plans, unchanged rows and undo of submitted files.
ALTER TABLE batch_register
    ADD COLUMN plan_first boolean NOT NULL DEFAULT false,
    ADD COLUMN done integer NOT NULL DEFAULT 0,
    ADD COLUMN unchanged integer NOT NULL DEFAULT 0,
    ADD COLUMN changed integer NOT NULL DEFAULT 0,
    ADD COLUMN undone integer NOT NULL DEFAULT 0,
    ADD COLUMN kept integer NOT NULL DEFAULT 0,
    ADD COLUMN plan_id text,
    ADD COLUMN plan_digest text,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN mode text,
    ADD COLUMN committed_by text,
    ADD COLUMN receipts_digest text,
    ADD COLUMN submitted_at timestamptz,
    ADD COLUMN started_at timestamptz,
    ADD COLUMN advanced_at timestamptz;
CREATE INDEX batch_register_by_school ON batch_register (school_code, batch_id);
CREATE INDEX batch_register_by_province ON batch_register (province, batch_id);
