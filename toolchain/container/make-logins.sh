#!/bin/sh
# The first start of the compose file's PostgreSQL: the owner, who migrates, the login of the processes, and the database.
set -eu
psql --set=ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\set owner_password `cat /run/secrets/owner-password`
\set runtime_password `cat /run/secrets/runtime-password`
create role fleetyard_owner login createdb createrole password :'owner_password';
create role fleetyard login createrole password :'runtime_password';
create database fleetyard owner fleetyard_owner;
revoke connect, temporary on database fleetyard from public;
grant connect on database fleetyard to fleetyard;
SQL
