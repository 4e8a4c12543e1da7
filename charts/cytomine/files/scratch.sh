#!/bin/sh
# An empty PostgreSQL for the restore drill: on a folder that goes with the pod, reachable by a socket of the pod alone,
# hence without passwords, and without the syncing that only data worth keeping needs.
#
# Reads: PGDATA, a folder that is made anew; PGHOST, the folder of the socket; PGUSER, the owner of all.
set -eu
umask 077

bin=
for place in /usr/bin /usr/local/bin /usr/lib/postgresql/*/bin; do
  if [ -x "$place/initdb" ] && [ -x "$place/postgres" ]; then bin=$place; fi
done
[ -n "$bin" ] || {
  echo "this image holds no PostgreSQL server: set database.bundled.image to one that does" >&2
  exit 1
}
rm -rf "$PGDATA"
"$bin/initdb" --pgdata="$PGDATA" -U "$PGUSER" --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=reject \
  --no-sync >/dev/null
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses= -c unix_socket_directories="$PGHOST" -c fsync=off \
  -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=1GB -c log_checkpoints=off
