-- What a study builds on, and with whom it is shared: registered with the status, shown in its archive (A8-10, A14-1).
ALTER TABLE student_register
    ADD COLUMN joint_partner text,
    ADD COLUMN previous_school text,
    ADD COLUMN previous_certificate_no text;
