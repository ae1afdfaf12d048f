-- Of a look at an admission: by document and name it finds the person, for no status may ever follow from it.
ALTER TABLE looks ADD COLUMN id_key text, ADD COLUMN name_key text;
CREATE INDEX looks_by_document ON looks (id_key, name_key) WHERE id_key IS NOT NULL;
