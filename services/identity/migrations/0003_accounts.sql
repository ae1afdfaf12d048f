-- Contacts and user names of accounts.
SELECT 1;
