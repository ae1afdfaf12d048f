-- Optional: who may do what, where the owner of the tables, the services and the auditor are different database roles.
-- Run after the migrations by the owner: psql -v application=xueji_app -v auditor=xueji_audit -f grants.sql

GRANT USAGE ON SCHEMA public TO :"application", :"auditor";

-- The services read and write; what happened they only add to.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"application";
REVOKE UPDATE, DELETE, TRUNCATE ON events, log FROM :"application";
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON migrations FROM :"application";

-- The auditor reads, but not the keys.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO :"auditor";
REVOKE SELECT ON subject_keys FROM :"auditor";
