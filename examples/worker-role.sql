-- A database role for workers that speak only SQL: it may call four functions, and read nothing. Run it once, as the owner of the schema,
-- with a password of your own; "crm" is DATABASE_SCHEMA.
CREATE ROLE crm_worker LOGIN PASSWORD 'change-me' CONNECTION LIMIT 10;
GRANT USAGE ON SCHEMA crm TO crm_worker;
GRANT EXECUTE ON FUNCTION crm.claim, crm.settle, crm.extend, crm.release TO crm_worker;
