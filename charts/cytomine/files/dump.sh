#!/bin/sh
# Dumps the database for `cytomine backup push --dump DIR/db.dump --facts DIR/facts.jsonl`: the dump and what is to be
# checked after a restore, both of one snapshot. Needs an image with /bin/sh, psql and pg_dump, not older than the server.
#
# Reads:  PGHOST, PGPORT, PGDATABASE, PGUSER, PGSSLMODE, PGSSLROOTCERT   as libpq does
#         CYTOMINE_PG_TLS    folder with tls.crt and tls.key of the client; empty = no client certificate
#         CYTOMINE_PG_OWNER_FILE  file whose first line is what PGUSER signs in with; empty = the certificate is enough
#         CYTOMINE_DUMP_DIR  folder that gets db.dump and facts.jsonl (default /scratch); both are replaced
#         TMPDIR             folder for a private copy of the key (default /tmp): libpq refuses one that others may read
# Writes nothing of the old pair before the new one is complete; ends with 0 only when it is.
set -eu
umask 077

dir=${CYTOMINE_DUMP_DIR:-/scratch}
tls=${CYTOMINE_PG_TLS:-}
: "${PGDATABASE:?the name of the database is not set}"
export PGDATABASE
export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-20}"

stop() {
  echo "dump: $1" >&2
  exit 1
}

# find_bin PROGRAM: sets `bin` to the newest of the places where images keep it. Debian's wrapper in /usr/bin needs Perl.
find_bin() {
  bin=
  for place in /usr/bin /usr/local/bin /usr/lib/postgresql/*/bin; do
    if [ -x "$place/$1" ]; then bin=$place; fi
  done
  [ -n "$bin" ] || stop "this image holds no $1: use one with the client programs of PostgreSQL"
}
find_bin pg_dump

private=$(mktemp -d "${TMPDIR:-/tmp}/cytomine-dump.XXXXXX")
new=$dir/.dump-new
trap 'rm -rf "$private" "$new"' EXIT
trap 'exit 1' HUP INT TERM
if [ -n "$tls" ]; then
  # Where libpq looks by itself.
  mkdir "$private/.postgresql"
  cat "$tls/tls.key" >"$private/.postgresql/postgresql.key" || stop "the client key in $tls cannot be read: check the Secret's mode and group"
  export HOME="$private" PGSSLCERT="$tls/tls.crt"
fi
if [ -n "${CYTOMINE_PG_OWNER_FILE:-}" ]; then
  [ -s "$CYTOMINE_PG_OWNER_FILE" ] || stop "$CYTOMINE_PG_OWNER_FILE is missing or empty: check the Secret's mode and group"
  {
    printf '*:*:*:*:'
    head -n 1 "$CYTOMINE_PG_OWNER_FILE" | sed 's/[\\:]/\\&/g'
  } >"$private/pgpass"
  export PGPASSFILE="$private/pgpass"
fi
rm -rf "$new"
mkdir -p "$new" || stop "cannot write to $dir: check the volume and its free space"

# The snapshot lives as long as the transaction, hence pg_dump runs inside of it. The file `done` tells that it ended
# well: psql 15 does not say how a command ended.
DUMP_BIN=$bin
DUMP_NEW=$new
export DUMP_BIN DUMP_NEW
"$bin/psql" --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 <<'SQL' || stop "psql failed; the reason stands above"
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv DUMP_SNAPSHOT :snapshot
\! "$DUMP_BIN/pg_dump" --no-password --format=custom --compress=0 --no-owner --lock-wait-timeout=60s --exclude-table-data=public.session --exclude-table-data=public.sign_in_try --exclude-table-data=public.used_signature --snapshot="$DUMP_SNAPSHOT" --file="$DUMP_NEW/db.dump" </dev/null && : >"$DUMP_NEW/done"
\getenv facts_dir DUMP_NEW
\set facts :facts_dir/facts.jsonl
\o :facts
SELECT line FROM public.cytomine_backup_facts() AS line;
\o
COMMIT;
SQL
[ -e "$new/done" ] || stop "pg_dump failed; the reason stands above"
tail -n 1 "$new/facts.jsonl" | grep -q '"end"' || stop "the facts are incomplete: the disk of $dir may be full"
rm "$new/done"
# Containers of one pod may run as different users that share a group.
chmod 0640 "$new/db.dump" "$new/facts.jsonl"
sync
mv -f "$new/db.dump" "$dir/db.dump"
mv -f "$new/facts.jsonl" "$dir/facts.jsonl"
echo "dump: $(wc -c <"$dir/db.dump") bytes of $PGDATABASE in $dir/db.dump"
