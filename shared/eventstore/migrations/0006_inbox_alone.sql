-- Ranges heard of one publisher never overlap: of two hearers that read on from different places, one is too late.
ALTER TABLE inbox ADD CONSTRAINT inbox_alone
    EXCLUDE USING gist (publisher WITH =, int8range(first, last, '[]') WITH &&);
