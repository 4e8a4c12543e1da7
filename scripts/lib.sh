# What all scripts share: places, messages, phases, counts. Sourced, not run.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that is fetched or built for the tests alone lives outside the tree, so that a fresh clone starts warm.
CACHE=${CYTOMINE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/cytomine-rs}
export ROOT CACHE

# CI clones afresh each time: build outside the clone, and without the incremental state that nobody would reuse.
if [ "${CI:-}" = true ]; then
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target} CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}
  export NO_COLOR=1
fi
# shellcheck disable=SC2034 # read by the scripts that source this file
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
# shellcheck disable=SC2034
LOCKED=$(if [ "${CI:-}" = true ]; then echo --locked; fi)

say() { printf '==> %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
# fail CAUSE REMEDY...: stop with what is wrong and what to do about it.
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least HAVE WANT: compare dotted versions.
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# hash_of FILE...: one short hash of the contents of files.
hash_of() { cat -- "$@" | sha256sum | cut -c 1-16; }

# hash_of_tree DIR...: one short hash of names and contents below folders, without what tools put there.
hash_of_tree() {
  find "$@" \( -name node_modules -o -name dist -o -name test-results -o -name coverage \) -prune -o -type f -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16
}

# The newest PostgreSQL server on this machine: Debian keeps it out of PATH. Prints nothing where there is none.
postgres_bin() {
  local dir
  for dir in $(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -rV) \
    "$(pg_config --bindir 2>/dev/null || true)"; do
    if [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
      printf '%s\n' "$dir"
      return
    fi
  done
}

# Chromium as Debian, other distributions or the user name it. Prints nothing where there is none.
chromium_bin() {
  local name
  for name in "${CYTOMINE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return
    fi
  done
}

# Test data that is not part of the repository. Prints nothing where there is none.
shared_dir() {
  local dir=${CYTOMINE_SHARED:-$ROOT/../shared}
  if [ -d "$dir" ]; then (cd "$dir" && pwd); fi
}

# export_test_data: CYTOMINE_SHARED and CYTOMINE_SLIDE_PYTHON for tests and benchmarks, or neither.
export_test_data() {
  unset CYTOMINE_SLIDE_PYTHON
  CYTOMINE_SHARED=$(shared_dir)
  if [ -z "$CYTOMINE_SHARED" ]; then
    unset CYTOMINE_SHARED
    return
  fi
  CYTOMINE_SLIDE_PYTHON=$("$ROOT/scripts/venv" "$ROOT/e2e/requirements/slides.txt")/bin/python
  export CYTOMINE_SHARED CYTOMINE_SLIDE_PYTHON
}

# --- phases and counts -------------------------------------------------------------------------------------------
# RUN_DIR holds the counts and times of one run; the outermost script makes it, scripts it calls add to it.

# tally SUITE PASSED FAILED SKIPPED: add to the counts of this run.
tally() { [ -z "${RUN_DIR:-}" ] || printf '%s\t%s\t%s\t%s\n' "$@" >>"$RUN_DIR/tally"; }

# phase NAME COMMAND...: run a command with its name and duration printed; returns its status.
phase() {
  local name=$1 start=$SECONDS status=0 result=ok
  shift
  say "$name"
  "$@" </dev/null || status=$?
  [ "$status" -eq 0 ] || result="FAILED ($status)"
  say "$name: $result, $((SECONDS - start)) s"
  [ -z "${RUN_DIR:-}" ] || printf '%s\t%s s\t%s\n' "$name" "$((SECONDS - start))" "$result" >>"$RUN_DIR/phases"
  return "$status"
}

# counted SUITE COMMAND...: a phase whose counts are read from the last line `N passed, N failed[, N skipped]` it prints.
# A suite that fails without having counted a failure, that ran no test, or ends without that line counts as one failure.
counted() {
  local suite=$1 log status=0 line
  shift
  log=$(mktemp "$RUN_DIR/log.XXXXXX")
  phase "$suite" tee_to "$log" "$@" || status=$?
  line=$(grep -v '^[[:space:]]*$' "$log" | tail -n 1)
  rm -f "$log"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    local passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]} skipped=${BASH_REMATCH[4]:-0}
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ $((passed + skipped)) -eq 0 ]; }; then
      warn "$suite failed, or ran no test"
      failed=1
    fi
    tally "$suite" "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
  else
    warn "$suite ended without the line 'N passed, N failed'"
    tally "$suite" 0 1 0
    return 1
  fi
}

# tee_to FILE COMMAND...: show the output and keep a copy; the status is the command's.
tee_to() {
  local file=$1
  shift
  "$@" 2>&1 | tee "$file"
  return "${PIPESTATUS[0]}"
}

# print_counts: the sum of all counts of this run, in the form `N passed, N failed[, N skipped]`; fails when a test failed.
print_counts() {
  touch "$RUN_DIR/tally"
  awk -F '\t' '{ p += $2; f += $3; s += $4 }
    END { printf "%d passed, %d failed%s\n", p, f, s ? sprintf(", %d skipped", s) : ""; exit f > 0 }' "$RUN_DIR/tally"
}
