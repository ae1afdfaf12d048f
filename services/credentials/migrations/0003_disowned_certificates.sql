-- Whom identity bound a certificate to says that it is somebody else's: it leaves that person's list (A11-2).
ALTER TABLE certificate_register ADD COLUMN disowned_on date;
