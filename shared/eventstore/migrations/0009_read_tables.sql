-- In which columns each read table holds all that the facts say. What an upgrade adds is empty until a rebuild notes it.
CREATE TABLE read_tables (
    name text PRIMARY KEY,
    shape text NOT NULL
);
