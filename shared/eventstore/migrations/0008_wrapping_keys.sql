-- Which wrapping key wrapped a subject's key, so that a new one can take over step by step.
ALTER TABLE subject_keys ADD COLUMN kek text NOT NULL DEFAULT 'k1';
CREATE INDEX subject_keys_by_kek ON subject_keys (kek, subject) WHERE wrapped IS NOT NULL;
