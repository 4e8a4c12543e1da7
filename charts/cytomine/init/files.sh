# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared with init.sh
# Files of init.sh: single keys of values.yaml, objects of secrets.yaml, and files that are whole or not there.

# yaml get|list|has|put|word FILE PATH: a path has slashes between its keys; what is put stands in $work/text.
yaml() { awk -v todo="$1" -v path="$3" -v text="$work/text" -f "$here/init/yaml.awk" "$2"; }

# trouble STATUS FILE PATH: says what yaml could not do.
trouble() {
  dots=$(printf '%s' "$3" | tr / .)
  case $1 in
    3) die "$2 has no line for \`$dots\`: add it as values.template.yaml has it" ;;
    4) die "$2: \`$dots\` is written in a way that init cannot change: write it on a line of its own as \`${3##*/}: \"\"\`" ;;
    *) die "$2 cannot be read by awk" ;;
  esac
}

has() { yaml has "$1" "$2"; }

# value PATH: the text of a key of the values.
value() { yaml get "$work/values" "$1" || trouble $? "$values_file" "$1"; }

# put FILE SHOWN PATH put|word: gives a key the text in $work/text.
put() {
  yaml "$4" "$1" "$3" >"$work/changed" || trouble $? "$2" "$3"
  mv "$work/changed" "$1"
}

# set_value PATH TEXT, set_word PATH WORD: for what is no secret.
set_value() {
  printf '%s' "$2" >"$work/text"
  put "$work/values" "$values_file" "$1" put
}
set_word() {
  printf '%s' "$2" >"$work/text"
  put "$work/values" "$values_file" "$1" word
}

# object_name PART: the empty part is the Secret of all secrets. The chart's own Secrets have other names.
object_name() { printf '%s-given%s' "$full" "${1:+-$1}"; }

# new_object PART TYPE KEY...: a Secret with empty keys.
new_object() {
  objects=$((objects + 1))
  {
    printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\ntype: %s\nstringData:\n' \
      "$(object_name "$1")" "$namespace" "$2"
    shift 2
    printf '  %s: ""\n' "$@"
  } >"$work/object$objects"
}

# find_object PART: its file; nothing where there is none.
find_object() {
  number=0
  while [ "$number" -lt "$objects" ]; do
    number=$((number + 1))
    if [ "$(yaml get "$work/object$number" metadata/name)" = "$(object_name "$1")" ]; then
      printf '%s' "$work/object$number"
      return
    fi
  done
}

# object PART: its file.
object() {
  place=$(find_object "$1")
  [ -n "$place" ] || die "$secrets_file has no Secret \`$(object_name "$1")\`: give the --release that the file was made with, or put the Secret back"
  printf '%s' "$place"
}

# get_secret PART KEY, put_secret PART KEY: the text is in $work/text.
get_secret() {
  place=$(object "$1")
  yaml get "$place" "stringData/$2" || trouble $? "$secrets_file" "$2"
}
put_secret() {
  place=$(object "$1")
  yaml put "$place" "stringData/$2" >"$work/changed" || trouble $? "$secrets_file" "$2"
  mv "$work/changed" "$place"
}

# read_objects: takes secrets.yaml apart.
read_objects() {
  awk -v folder="$work" '
    BEGIN { out = folder "/heading"; printf "" > out }
    /^---\r?$/ { close(out); n++; out = folder "/object" n; printf "" > out; next }
    { print > out }
    END { print n + 0 > (folder "/count") }' "$secrets_file" || no_file "$secrets_file" read
  objects=$(cat "$work/count")
  heading=$(cat "$work/heading")
}

write_objects() {
  [ -z "$heading" ] || printf '%s\n' "$heading"
  number=0
  while [ "$number" -lt "$objects" ]; do
    number=$((number + 1))
    printf -- '---\n'
    cat "$work/object$number"
  done
}


exists() { [ -e "$1" ] || [ -L "$1" ]; }

# stage_file FILE SOURCE: the text under a temporary name beside the file.
stage_file() {
  staged=$(mktemp "$(dirname "$1")/.cytomine-init-XXXXXX" 2>/dev/null) || no_file "$1" written
  cat "$2" >"$staged" || no_file "$1" written
}

# write_new FILE SOURCE: a file that is there stays as it is.
write_new() {
  stage_file "$1" "$2"
  if ln "$staged" "$1" 2>/dev/null; then
    rm -f "$staged"
  else
    # Not every file system has hard links.
    if exists "$1"; then no_file "$1" written; fi
    mv "$staged" "$1" || no_file "$1" written
  fi
  staged=
}

# replace FILE SOURCE: also the file that a link leads to.
replace() {
  target=$1
  while [ -L "$target" ]; do
    link=$(readlink "$target")
    case $link in /*) target=$link ;; *) target=$(dirname "$target")/$link ;; esac
  done
  stage_file "$target" "$2"
  mv -f "$staged" "$target" || no_file "$1" written
  staged=
}

# row NAME TEXT, table HEADING: what was made by name, never a value.
row() { printf '%s\t%s\n' "$1" "$2" >>"$work/rows"; }
table() {
  awk -F '\t' -v heading="$1" '
    { name[NR] = $1; text[NR] = $2; if (length($1) > width) width = length($1) }
    END {
      printf "\n  %s\n\n", heading
      for (i = 1; i <= NR; i++) printf "    %-" width "s   %s\n", name[i], text[i]
      print ""
    }' "$work/rows"
}
