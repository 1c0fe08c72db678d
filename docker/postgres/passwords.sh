#!/bin/sh
# Runs once, after roles.sql, when the data folder is new. The values travel as psql variables, so that any
# character may stand in a password.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
    --set app="$DATABASE_APP_PASSWORD" --set owner="$DATABASE_OWNER_PASSWORD" <<'SQL'
ALTER ROLE mandi_app PASSWORD :'app';
ALTER ROLE mandi_owner PASSWORD :'owner';
SQL
