#!/bin/sh
# Starts PostgreSQL from a plain image: makes the data directory once, sets roles and passwords at each start from the
# mounted files, then becomes the server. Works on any image with /bin/sh and PostgreSQL 15 or newer.
set -eu
umask 077

conf=${CYTOMINE_PG_CONF:-/etc/cytomine-postgres}
secrets=${CYTOMINE_PG_SECRETS:-/run/cytomine/secrets}
tls=${CYTOMINE_PG_TLS:-/run/cytomine/tls}
database=${CYTOMINE_PG_DATABASE:?the name of the database is not set}
extensions=${CYTOMINE_PG_EXTENSIONS:-}

stop() {
  echo "$1" >&2
  exit 1
}

bin=
for dir in /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin; do
  if [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ]; then bin=$dir; fi
done
[ -n "$bin" ] || stop "this image holds no PostgreSQL server: set database.bundled.image to one that does"
version=$("$bin/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
[ "$version" -ge 15 ] || stop "PostgreSQL $version is too old: set database.bundled.image to 15 or newer"

# Password files of the roles as SQL literals; nothing of it is ever printed.
literal() {
  [ -s "$secrets/$1" ] || stop "the secret $1 is missing or empty in $secrets"
  printf "'"
  tr -d '\n' <"$secrets/$1" | sed "s/'/''/g"
  printf "'"
}

# single DIR DATABASE: runs lines of SQL without a server, and without their text in the log.
single() {
  "$bin/postgres" --single -j -D "$1" -c log_statement=none -c log_min_error_statement=panic \
    -c log_min_messages=fatal -c log_checkpoints=off -c exit_on_error=on "$2"
}

role() {
  printf "DO \$\$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') THEN CREATE ROLE %s; END IF; END\$\$;\n\n" "$1" "$1"
  printf 'ALTER ROLE %s LOGIN NOSUPERUSER NOCREATEROLE %s PASSWORD %s;\n\n' "$1" "$3" "$(literal "$2")"
}

if [ -s "$PGDATA/PG_VERSION" ]; then
  found=$(cat "$PGDATA/PG_VERSION")
  [ "$found" = "$version" ] || stop "CYTO-301 the data directory is of PostgreSQL $found and the image is $version. \
Put the image of $found back; to move: dump the database with it, start $version on a new claim, restore."
else
  # Made beside and renamed, so that an interrupted start leaves nothing half made.
  rm -rf "$PGDATA.new"
  "$bin/initdb" --pgdata="$PGDATA.new" -U postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=peer --auth-host=reject >/dev/null
  {
    role cytomine owner CREATEDB
    printf 'CREATE DATABASE %s OWNER cytomine;\n\n' "$database"
  } | single "$PGDATA.new" postgres >/dev/null
  mv "$PGDATA.new" "$PGDATA"
fi
rm -f "$PGDATA/postmaster.pid"

{
  role cytomine owner CREATEDB
  role cytomine_app app NOCREATEDB
  role cytomine_readonly readonly NOCREATEDB
  role backup backup NOCREATEDB
  printf 'GRANT pg_read_all_data TO backup, cytomine_readonly, cytomine_app;\n\n'
  printf 'GRANT pg_write_all_data TO cytomine_app;\n\n'
  # A restore ends the sessions of all roles before it puts the new database in place.
  printf 'GRANT pg_signal_backend TO cytomine;\n\n'
  printf 'ALTER ROLE postgres PASSWORD NULL;\n\n'
} | single "$PGDATA" postgres >/dev/null || stop "the roles could not be set; the reason stands above"

for extension in $extensions; do
  printf 'CREATE EXTENSION IF NOT EXISTS %s;\n\n' "$extension" | single "$PGDATA" "$database" >/dev/null ||
    echo "warning: the extension $extension is not in this image" >&2
done

# Renewed certificates and a changed trust are taken up without a restart. `$$` stays the number of this process after exec.
if [ -e "$tls/tls.crt" ]; then
  server=$$
  (
    seen=$(cat "$tls/tls.crt" "$tls/ca.crt" | cksum)
    while sleep 20 && kill -0 "$server"; do
      now=$(cat "$tls/tls.crt" "$tls/ca.crt" | cksum) || continue
      [ "$now" = "$seen" ] || kill -HUP "$server"
      seen=$now
    done
  ) >/dev/null 2>&1 &
fi
exec "$bin/postgres" -D "$PGDATA" -c config_file="$conf/postgresql.conf"
