-- Contested documents and changed identities.
SELECT 1;
