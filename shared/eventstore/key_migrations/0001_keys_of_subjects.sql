-- A database of its own for the keys of subjects, with its own, shorter-lived backups: restoring an old backup of this
-- table would bring shredded keys back. The same table stands in each service's database, where it is then unused.
CREATE TABLE subject_keys (
    subject text CONSTRAINT subject_keys_pkey PRIMARY KEY,
    wrapped bytea,
    shredded_at timestamptz,
    kek text NOT NULL DEFAULT 'k1'
);
CREATE INDEX subject_keys_by_kek ON subject_keys (kek, subject) WHERE wrapped IS NOT NULL;
