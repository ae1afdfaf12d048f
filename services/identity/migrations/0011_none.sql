-- Recovery codes lie in login_secrets and grants in the facts of offices: no table changes. The number is taken.
SELECT 1;
