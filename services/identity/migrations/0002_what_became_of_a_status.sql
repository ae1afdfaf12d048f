-- What became of a status after its registration, as its owner sees it.
ALTER TABLE heard_records
    ADD COLUMN state text,
    ADD COLUMN ended_on date,
    ADD COLUMN contested boolean NOT NULL DEFAULT false;
