-- Corrections of admissions, rechecks, preparatory students.
SELECT;
