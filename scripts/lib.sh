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
# shellcheck disable=SC2034 # what scripts/rust-build makes
TEST_BIN=$TARGET/debug/cytomine
# shellcheck disable=SC2034
LOCKED=$(if [ "${CI:-}" = true ]; then echo --locked; fi)

# test_build COMMAND...: run cargo so that it lints what it compiles of ours, warnings being errors. One build serves lints, tests
# and the binary that the end-to-end suites run: clippy is the compiler with more to say.
test_build() { RUSTC_WORKSPACE_WRAPPER=$ROOT/scripts/clippy-rustc "$@"; }

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
# RUN_DIR holds the counts of one script and the output of what runs beside it; TIMES the phases and the times of single
# tests, of the outermost script and of all that it calls.

# begin_run: start to count. The script that begins first prints the times at its end (`print_times`).
begin_run() {
  RUN_DIR=$(mktemp -d)
  trap 'rm -rf "$RUN_DIR"' EXIT
  if [ -z "${TIMES:-}" ]; then
    OUTERMOST=1 TIMES=$RUN_DIR
    printf '%s %s\n' "$EPOCHSECONDS" "$(machine_cpu)" >"$TIMES/begun"
  fi
  export TIMES
}

# tally SUITE PASSED FAILED SKIPPED: add to the counts of this run.
tally() { [ -z "${RUN_DIR:-}" ] || printf '%s\t%s\t%s\t%s\n' "$@" >>"$RUN_DIR/tally"; }

# phase NAME COMMAND...: run a command, print its name, the time that passed and the CPU time of it and of all processes
# that it waited for; returns its status. Not in the CPU time: servers that go on, such as PostgreSQL's.
phase() {
  local name=$1 depth=${PHASE_DEPTH:-0} start=$EPOCHREALTIME status=0 result=ok clock wall user system TIMEFORMAT='%R %U %S'
  shift
  clock=$(mktemp)
  say "$name"
  { time in_phase $((depth + 1)) "$@" </dev/null 2>&3; } 3>&2 2>"$clock" || status=$?
  read -r wall user system <"$clock"
  rm -f "$clock"
  [ "$status" -eq 0 ] || result="FAILED ($status)"
  user=$(awk "BEGIN { printf \"%.0f\", $user + $system }")
  say "$name: $result, ${wall%.*} s, $user s of CPU"
  [ -z "${TIMES:-}" ] || printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$start" "$depth" "$name" "${wall%.*}" "$user" "$result" >>"$TIMES/phases"
  return "$status"
}
in_phase() {
  local -x PHASE_DEPTH=$1
  shift
  "$@"
}

# beside COMMAND...: run it beside what follows; what it prints is shown by `meet`, which waits for all of these.
beside() {
  local out
  out=$(mktemp "$RUN_DIR/beside.XXXXXX")
  "$@" >"$out" 2>&1 </dev/null &
  BESIDE="${BESIDE:-} $!:$out"
}
# meet: fails when one of them did.
meet() {
  local one status=0
  for one in ${BESIDE:-}; do
    wait "${one%%:*}" || status=$?
    cat "${one#*:}"
    rm -f "${one#*:}"
  done
  BESIDE=
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
  times_of_tests "$suite" <"$log" >>"$TIMES/tests"
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

# times_of_tests SUITE: `seconds, suite, test` from what cargo, the suites in Python and Playwright print.
times_of_tests() {
  sed -nE -e 's/^test (.+) \.\.\. (ok|FAILED) <([0-9.]+)s>$/\3\t1\t\1/p' \
    -e 's/^(ok|FAILED) +(.+) \(([0-9.]+) s\)$/\3\t1\t\2/p' \
    -e 's/^ *[^ ]+ +[0-9]+ (\[.+) \(([0-9.]+)s\)$/\2\t1\t\1/p' -e 's/^ *[^ ]+ +[0-9]+ (\[.+) \(([0-9.]+)m\)$/\2\t60\t\1/p' |
    awk -F '\t' -v suite="$1" '{ printf "%.1f\t%s\t%s\n", $1 * $2, suite, $3 }'
}

# machine_cpu: seconds that all CPUs of this machine have worked, whoever for.
machine_cpu() { awk -v hertz="$(getconf CLK_TCK)" '/^cpu / { printf "%.0f", ($2 + $3 + $4 + $7 + $8) / hertz }' /proc/stat 2>/dev/null || echo 0; }

# print_times: the phases in the order in which they began, those inside of others indented, and the ten slowest tests. Suites
# that another script counts name their tests first.
print_times() {
  [ -n "${OUTERMOST:-}" ] || return 0
  local begun worked
  read -r begun worked <"$TIMES/begun"
  touch "$TIMES/phases" "$TIMES/tests"
  printf '\n%-44s %8s %8s\n' "phase" "wall" "CPU"
  sort -n "$TIMES/phases" | awk -F '\t' '{ printf "%-44s %6d s %6d s   %s\n", sprintf("%*s%s", 2 * $2, "", $3), $4, $5, $6 }'
  printf '\nslowest tests\n'
  awk -F '\t' '!seen[$1 FS $3]++' "$TIMES/tests" | sort -rn | head -n 10 | awk -F '\t' '{ printf "%8.1f s  %s: %s\n", $1, $2, $3 }' || true
  printf '\nwhole run: %d s; all processors of the machine together worked %d s\n' "$((EPOCHSECONDS - begun))" \
    "$(($(machine_cpu) - worked))"
}

# print_counts: the sum of all counts of this run, in the form `N passed, N failed[, N skipped]`; fails when a test failed.
print_counts() {
  touch "$RUN_DIR/tally"
  awk -F '\t' '$3 > 0 { printf "failed: %s (%d)\n", $1, $3 }' "$RUN_DIR/tally"
  awk -F '\t' '{ p += $2; f += $3; s += $4 }
    END { printf "%d passed, %d failed%s\n", p, f, s ? sprintf(", %d skipped", s) : ""; exit f > 0 }' "$RUN_DIR/tally"
}
