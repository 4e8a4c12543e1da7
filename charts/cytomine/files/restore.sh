#!/bin/sh
# Makes a scratch database and fills it from DIR/db.dump, which `cytomine backup fetch --into DIR` wrote. `cytomine verify`
# then checks it (drill), or `cytomine restore --database NAME` puts it in the place of the live one.
#
# Reads:  PGHOST, PGPORT, PGUSER, PGSSLMODE, PGSSLROOTCERT   as libpq does; PGHOST may be the folder of a socket
#         PGDATABASE                 a database to sign in to while the scratch one is made (default postgres)
#         CYTOMINE_RESTORE_DIR       folder with db.dump (default /scratch)
#         CYTOMINE_RESTORE_DATABASE  name of the scratch database (default cytomine_restore); one that an earlier call of
#                                    this script left is replaced, any other is refused
#         CYTOMINE_PG_OWNER_FILE     file whose first line is what PGUSER signs in with; empty = nothing is needed
#         CYTOMINE_RESTORE_WAIT      seconds to wait until the server answers (default 120)
#         TMPDIR                     folder for a private copy of that file in libpq's form (default /tmp)
set -eu
umask 077

dir=${CYTOMINE_RESTORE_DIR:-/scratch}
name=${CYTOMINE_RESTORE_DATABASE:-cytomine_restore}
owner_file=${CYTOMINE_PG_OWNER_FILE:-}
# The comment by which a scratch database is known, here and by `cytomine restore`, which takes it off.
mark='cytomine: scratch database of a restore'
export PGDATABASE="${PGDATABASE:-postgres}"
export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-20}"

stop() {
  echo "restore: $1" >&2
  exit 1
}

case $name in
  '' | [!a-z_]* | *[!a-z0-9_]*) stop "CYTOMINE_RESTORE_DATABASE must be of a-z, 0-9 and _, and not begin with a digit" ;;
esac
[ -s "$dir/db.dump" ] || stop "there is no $dir/db.dump: run 'cytomine backup fetch --into $dir' first"

# Debian's wrapper in /usr/bin needs Perl, so the real place comes last and wins.
bin=
for place in /usr/bin /usr/local/bin /usr/lib/postgresql/*/bin; do
  if [ -x "$place/pg_restore" ]; then bin=$place; fi
done
[ -n "$bin" ] || stop "this image holds no pg_restore: use one with the client programs of PostgreSQL"

if [ -n "$owner_file" ]; then
  private=$(mktemp -d "${TMPDIR:-/tmp}/cytomine-restore.XXXXXX")
  trap 'rm -rf "$private"' EXIT
  trap 'exit 1' HUP INT TERM
  [ -s "$owner_file" ] || stop "$owner_file is missing or empty: check the Secret's mode and group"
  {
    printf '*:*:*:*:'
    head -n 1 "$owner_file" | sed 's/[\\:]/\\&/g'
  } >"$private/pgpass"
  export PGPASSFILE="$private/pgpass"
fi

# ask SQL [DATABASE]: one value, or nothing.
ask() {
  "$bin/psql" --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
    --dbname="${2:-$PGDATABASE}" --command="$1"
}

waited=0
until ask 'SELECT 1' >/dev/null 2>&1; do
  # The last try says why.
  [ "$waited" -lt "${CYTOMINE_RESTORE_WAIT:-120}" ] || { ask 'SELECT 1' >/dev/null || stop "the server does not answer"; }
  sleep 1
  waited=$((waited + 1))
done

found=$(ask "SELECT coalesce(shobj_description(oid, 'pg_database'), 'a database in use') FROM pg_database WHERE datname = '$name'")
case $found in
  '') ;;
  "$mark") ask "DROP DATABASE \"$name\" WITH (FORCE)" ;;
  *) stop "the database $name is there and no scratch database of a restore: give another name in CYTOMINE_RESTORE_DATABASE, or drop it by hand" ;;
esac
ask "CREATE DATABASE \"$name\" TEMPLATE template0"
ask "COMMENT ON DATABASE \"$name\" IS '$mark'"
"$bin/pg_restore" --no-password --exit-on-error --no-owner --no-acl --jobs=2 --dbname="$name" "$dir/db.dump" ||
  stop "pg_restore failed; the reason stands above. The live database was not touched"
# A restored database has no statistics, and plans without them are slow. Tables of the server itself are not ours to look at.
ask 'SET client_min_messages = error; ANALYZE' "$name"
echo "restore: $dir/db.dump is in the database $name"
