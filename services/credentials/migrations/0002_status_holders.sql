-- Whose each status is, as identity told it: the person who may see the certificates of it (A21-1).
CREATE TABLE status_holder (
    status_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    bound_on date NOT NULL
);
CREATE INDEX status_holder_by_person ON status_holder (person_id);
