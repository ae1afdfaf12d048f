-- What stands against a certificate that is not in effect yet: the state of its status, or a doubt about it (A16-1).
ALTER TABLE certificate_register ADD COLUMN withheld text;
