-- The photos of one person, for the person (A21-1).
CREATE INDEX capture_roll_by_person ON capture_roll (person_id) WHERE person_id IS NOT NULL;
