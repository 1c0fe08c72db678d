-- The two roles of the house, run once by a superuser inside the new database; running it again changes nothing.
-- mandi_owner owns the database and runs migrations; mandi_app reads and writes rows and can do nothing else.
-- Passwords are the operator's business: ALTER ROLE … PASSWORD.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mandi_owner') THEN
        CREATE ROLE mandi_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mandi_app') THEN
        CREATE ROLE mandi_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO mandi_owner', current_database());
    EXECUTE format('ALTER DATABASE %I SET timezone TO ''UTC''', current_database());
    EXECUTE format('ALTER DATABASE %I SET jit TO off', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO mandi_app', current_database());
END
$$;
-- A stuck turn must not hold a farmer's conversation for ever.
ALTER ROLE mandi_app SET lock_timeout = '5s';
ALTER ROLE mandi_app SET statement_timeout = '30s';
ALTER ROLE mandi_app SET idle_in_transaction_session_timeout = '60s';
