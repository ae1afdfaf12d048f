-- Several identities of one person, and how records were bound.
SELECT 1;
