#!/bin/sh
# The first start of the compose file's PostgreSQL: the owner of the tables, who migrates; the logins of the API and of the
# workers, which are neither owner nor superuser; and the database.
set -eu
for name in migration api worker; do
  # psql would take what it can't read for an empty password, and a login without one is in nobody's reach.
  [ -n "$(cat "/run/secrets/$name-password")" ] || {
    echo "/run/secrets/$name-password holds no password: mend the file, remove this database's volume, and start again" >&2
    exit 1
  }
done
psql --set=ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\set migration_password `cat /run/secrets/migration-password`
\set api_password `cat /run/secrets/api-password`
\set worker_password `cat /run/secrets/worker-password`
create role fleetyard_owner login createdb createrole password :'migration_password';
create role fleetyard_api login password :'api_password';
-- Each lease gets a login of its own to Pulumi's state, which the worker makes and drops.
create role fleetyard_worker login createrole password :'worker_password';
-- The roles that units of work take; the owner lends them to the two logins.
create role fleetyard_app nologin;
create role fleetyard_system nologin;
grant fleetyard_app, fleetyard_system to fleetyard_owner with admin option;
create database fleetyard owner fleetyard_owner;
revoke connect, temporary on database fleetyard from public;
grant connect on database fleetyard to fleetyard_api, fleetyard_worker;
SQL
