#!/bin/sh
# First of the three steps: makes secrets, keys and certificates, and writes values.yaml for `helm install`.
#
# Plan: the program `cytomine` does it where it is (`cytomine init` has the same flags). Where it is not, this script
# makes the same files with the kernel's random source, od, openssl and the tools that every POSIX system has; a test
# holds both against each other. values.template.yaml is the one list of keys, and lines are changed one by one, so that
# order and comments stay. Secrets never stand in arguments, which all users can see. The parts are in init/.
# Runs on Linux and macOS, offline, and never calls the cluster.
set -eu
LC_ALL=C
export LC_ALL
umask 077

usage() {
  cat <<'USAGE'
Make secrets, keys and certificates for Kubernetes and write values.yaml for the Helm chart

Usage: ./init.sh [OPTIONS]

      --server-name <NAME>   Public host name of the system [default: cytomine.test]
      --no-tls               Plain http where browsers arrive
      --no-secrets           Leave the secrets empty, so that the chart makes them in the cluster
      --mode <MODE>          Where secrets are kept [default: values]
                               values    in values.yaml
                               secret    in Secret objects in secrets.yaml, which is for `kubectl apply`
                               external  in a store of yours; external-secrets.yaml has the ExternalSecret objects
      --profile <PROFILE>    Settings to start from: dev (a cluster on a laptop) or production
      --rotate <WHAT>        Make these anew in the files that are there and keep all others; several by commas
                               all, admin-password, api-keys, database, edge
                               ca        in three runs, each followed by `helm upgrade`
                               signing   refused: nothing is signed with a key of the server
      --namespace <NS>       Namespace that the chart is installed into, for certificates [default: cytomine]
      --release <NAME>       Name of the release, for certificates [default: cytomine]
      --out <DIR>            Folder of the chart, where the files are written [default: that of this script]
      --dry-run              Say what would be made, and write nothing
      --help, --version

  CYTOMINE_BIN   the program to use; set and empty = none, this script makes the files itself
USAGE
}

# --- what goes wrong -------------------------------------------------------------------------------------------------

die() {
  printf 'cytomine: %s\n' "$1" >&2
  exit 1
}

# refuse TEXT: a wrong command line.
refuse() {
  printf "error: %s\n\nFor more information, try '--help'.\n" "$1" >&2
  exit 2
}

no_file() { die "$1 cannot be $2: check that the folder exists and belongs to you"; }

here=$(dirname "$0")
# shellcheck source=init/files.sh
. "$here/init/files.sh"
# shellcheck source=init/secrets.sh
. "$here/init/secrets.sh"
# shellcheck source=init/certificates.sh
. "$here/init/certificates.sh"

# --- the two runs -----------------------------------------------------------------------------------------------------

# for_people: the template without what only the maker of the schema reads.
for_people() {
  awk '
    $0 == "---" || /^# Every setting of the chart/ { next }
    {
      start = index($0, " # ")
      end = start ? index(substr($0, start), " @ ") : 0
      print end ? substr($0, 1, start + end - 2) : $0
    }' "$1"
}

# slot_keys: keys of the Secret of all secrets, as far as the chart knows them.
slot_keys() {
  slots >"$work/slots"
  while read -r path key kind; do
    if has "$work/values" "$path"; then printf '%s\n' "$key"; fi
  done <"$work/slots"
}

choose() {
  case $profile in
    dev)
      set_word image/pullPolicy IfNotPresent
      set_word ingress/className nginx
      set_word ingress/controller nginx
      ;;
    production)
      set_word image/pullPolicy Always
      set_word database/bundled/pullPolicy Always
      set_word backup/enabled true
      # With all secrets given, the chart must never make one: a typing error would replace a secret unseen.
      if [ -z "$no_secrets" ]; then
        if [ "$mode" = values ]; then set_word secrets/generate strict; else set_word secrets/generate never; fi
      fi
      ;;
  esac
  if [ -n "$no_tls" ]; then
    set_word protocol http
    set_word edge/tls/mode disabled
  fi
}

make_all() {
  make_secrets
  new_authority
  keep_authority "$ca/crt" tls.crt "$ca/key" tls.key
  told 'private CA'
  leaves
  if [ -z "$no_tls" ] && has "$work/values" edge/tls; then leaf edge; fi
}

make_objects() {
  # shellcheck disable=SC2046 # one word for each key
  new_object "" Opaque $(slot_keys)
  new_object ca kubernetes.io/tls tls.crt tls.key next.crt next.key previous.crt
  for which in server postgres maintenance; do
    if has "$work/values" "tls/internal/leaves/$which"; then
      new_object "tls-$which" kubernetes.io/tls ca.crt tls.crt tls.key
    fi
  done
  if [ -z "$no_tls" ] && has "$work/values" edge/tls; then new_object edge kubernetes.io/tls ca.crt tls.crt tls.key; fi
  apart=1
  make_all
  set_value secrets/existingSecret "$(object_name "")"
  set_word tls/internal/mode provided
  for which in server postgres maintenance; do
    if has "$work/values" "tls/internal/provided/${which}Secret"; then
      set_value "tls/internal/provided/${which}Secret" "$(object_name "tls-$which")"
    fi
  done
  if [ -z "$no_tls" ]; then
    set_word edge/tls/mode secret
    set_value edge/tls/secretName "$(object_name edge)"
  fi
}

external_object() {
  name=$(object_name "")
  cat <<OBJECT
# Written by \`cytomine init --mode external\`: name your store, put every \`remoteRef.key\` into it, apply this file, then
# \`helm install\`.
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: $name
  namespace: $namespace
spec:
  refreshInterval: 1h
  secretStoreRef: # Your store
    kind: SecretStore
    name: cytomine
  target:
    name: $name
    creationPolicy: Owner
  data:
OBJECT
  for key in $(slot_keys); do
    printf '    - secretKey: %s\n      remoteRef:\n        key: %s/%s\n' "$key" "$namespace" "$key"
  done
}

first_run() {
  beside=
  case $mode in secret) beside=$secrets_file ;; external) beside=$out/external-secrets.yaml ;; esac
  if [ -n "$beside" ] && exists "$beside"; then
    die "$beside is already there but values.yaml is not: move it away, or put back the values.yaml that belongs to it"
  fi
  template=$out/values.template.yaml
  exists "$template" || template=$here/values.template.yaml
  [ -r "$template" ] || no_file "$template" read
  if [ -n "$no_secrets" ] || [ "$mode" != values ]; then
    echo "# Written by \`cytomine init\`. It holds no secrets." >"$work/values"
  else
    cat >"$work/values" <<'HEADING'
# Written by `cytomine init`. Whoever reads this file has the keys of the system: keep it private (mode 0600, never in
# git), and keep a copy in a safe place. New secrets: `cytomine init --rotate ...`, then `helm upgrade`.
HEADING
  fi
  for_people "$template" >>"$work/values"
  final=$values_file
  values_file=$template
  set_word serverName "$server_name"
  choose
  if [ -z "$no_secrets" ]; then
    read_names
    case $mode in
      values) make_all ;;
      secret)
        heading="# Written by \`cytomine init --mode secret\`: apply it before \`helm install\`. Keep it private and keep a copy."
        make_objects
        write_objects >"$work/beside"
        ;;
      external)
        external_object >"$work/beside"
        set_value secrets/existingSecret "$(object_name "")"
        ;;
    esac
  fi
  values_file=$final
  if [ -z "$dry_run" ]; then
    # First the secrets: values.yaml marks that the run is complete.
    [ -z "$beside" ] || write_new "$beside" "$work/beside"
    write_new "$values_file" "$work/values"
  fi
  if [ -z "$made" ]; then
    made=none
    [ "$mode" != external ] || made='none, they come from your store'
  fi
  row Made "$made"
  row Values "$values_file"
  [ -z "$beside" ] || row Objects "$beside"
  row Next "look at $values_file and change what you wish"
  if [ -n "$beside" ]; then
    row '' "kubectl create namespace $namespace, unless it is there"
    row '' "kubectl apply -f $beside"
  fi
  scheme=https
  [ -z "$no_tls" ] || scheme=http
  row '' "helm install $release . -n $namespace --create-namespace, then open $scheme://$server_name"
  if [ -n "$dry_run" ]; then table 'Nothing is written; this would be made'; else table 'Ready to install'; fi
}

later_run() {
  exists "$values_file" || die "$values_file is not there, so there is nothing to rotate: run init without --rotate first"
  cat "$values_file" >"$work/values" 2>/dev/null || no_file "$values_file" read
  file=$values_file
  existing=$(value secrets/existingSecret)
  if [ -n "$existing" ]; then
    exists "$secrets_file" ||
      die "secrets.existingSecret is \`$existing\` and $secrets_file is not there: secrets that init does not keep are renewed where they are kept"
    read_objects
    apart=1 file=$secrets_file kept_in=secrets.yaml
  fi
  case ",$rotate," in *,signing,*)
    die "there is no signing key to rotate: sessions are rows of the database, which end with a new password of their account, and clients sign with their own pairs (--rotate api-keys). The server key is never made anew, for it opens what is stored"
    ;;
  esac
  full=$(full_name)
  make_secrets
  internal_mode=$(value tls/internal/mode)
  edge_mode=$(value edge/tls/mode)
  internal=selfSigned edge=selfSigned
  [ -z "$apart" ] || internal=provided edge=secret
  case ",$rotate," in *,ca,*)
    [ "$internal_mode" = "$internal" ] ||
      die "tls.internal.mode is \`$internal_mode\`, so certificates are not made by init: renew them where they come from"
    ;;
  esac
  case ",$rotate," in *,edge,*)
    [ "$edge_mode" = "$edge" ] ||
      die "edge.tls.mode is \`$edge_mode\`, so the edge certificate is not made by init: renew it where it comes from"
    ;;
  esac
  stage='' again='' signs_anew=''
  if [ "$internal_mode" = "$internal" ] && asked ca; then exchange_authority; fi
  if [ -n "$signs_anew" ]; then
    read_names
    leaves
  fi
  # The edge certificate is signed by the authority, so it goes with it.
  if [ "$edge_mode" = "$edge" ] && { [ -n "$signs_anew" ] || asked edge; }; then
    read_names
    leaf edge
  fi
  [ -n "$made$stage" ] ||
    die "$values_file has no key for what --rotate names, so nothing was changed: this version of the chart does not use it"
  next="helm upgrade $release . -n $namespace"
  if [ -n "$apart" ]; then
    write_objects >"$work/beside"
    next="kubectl apply -f $file, then kubectl -n $namespace rollout restart deployment,statefulset"
  else
    cp "$work/values" "$work/beside"
  fi
  [ -n "$dry_run" ] || replace "$file" "$work/beside"
  [ -z "$made" ] || row Made "$made"
  [ -z "$stage" ] || row 'Private CA' "$stage"
  row In "$file"
  row Next "$next"
  [ -z "$again" ] || row '' "$again"
  if [ -n "$dry_run" ]; then table 'Nothing is written; this would be made anew'; else table 'Made anew'; fi
}

# --- the command line -------------------------------------------------------------------------------------------------

# one_of FLAG VALUE WORD...: the value must be one of the words.
one_of() {
  flag=$1 given=$2
  shift 2
  for word in "$@"; do
    [ "$given" != "$word" ] || return 0
  done
  refuse "invalid value '$given' for '$flag': possible values are $*"
}

# checked_label FLAG VALUE LENGTH
checked_label() {
  if [ "${#2}" -gt "$3" ] || ! is_label "$2"; then
    refuse "invalid value '$2' for '$1': a name of at most $3 small letters, digits and hyphens is needed"
  fi
}

read_flags() {
  while [ $# -gt 0 ]; do
    flag=$1
    shift
    case $flag in
      --server-name | --mode | --profile | --rotate | --namespace | --release | --out)
        [ $# -gt 0 ] || refuse "a value is required for '$flag'"
        argument=$1
        shift
        ;;
      --server-name=* | --mode=* | --profile=* | --rotate=* | --namespace=* | --release=* | --out=*)
        argument=${flag#*=}
        flag=${flag%%=*}
        ;;
    esac
    case $flag in
      --server-name)
        [ "${#argument}" -le 253 ] || refuse "invalid value '$argument' for '--server-name': at '/serverName': maxLength: got ${#argument}, want 253"
        is_dns "$argument" || refuse "invalid value '$argument' for '--server-name': at '/serverName': '$argument' does not match pattern '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\$'"
        server_name=$argument settings="$settings $flag"
        ;;
      --no-tls) no_tls=1 settings="$settings $flag" ;;
      --no-secrets) no_secrets=1 settings="$settings $flag" ;;
      --mode)
        one_of "$flag" "$argument" values secret external
        mode=$argument settings="$settings $flag"
        ;;
      --profile)
        one_of "$flag" "$argument" dev production
        profile=$argument settings="$settings $flag"
        ;;
      --rotate)
        left=$argument,
        while [ -n "$left" ]; do
          one_of "$flag" "${left%%,*}" all admin-password api-keys signing database ca edge
          left=${left#*,}
        done
        rotate="$rotate${rotate:+,}$argument"
        ;;
      --namespace)
        checked_label "$flag" "$argument" 63
        namespace=$argument
        ;;
      --release)
        checked_label "$flag" "$argument" 53
        release=$argument
        ;;
      --out) out=${argument%/} ;;
      --dry-run) dry_run=1 ;;
      -h | --help)
        usage
        exit 0
        ;;
      -V | --version)
        awk '/^appVersion:/ { gsub(/"/, "", $2); print "cytomine-init " $2 }' "$here/Chart.yaml"
        exit 0
        ;;
      *) refuse "unexpected argument '$flag' found" ;;
    esac
  done
  case $out in -*) out=./$out ;; esac
  if [ -n "$rotate" ] && [ -n "$settings" ]; then
    refuse "the argument '--rotate <WHAT>' cannot be used with '${settings# }'"
  fi
  case "$settings " in *' --mode '*)
    [ -z "$no_secrets" ] || refuse "the argument '--no-secrets' cannot be used with '--mode <MODE>'"
    ;;
  esac
}

program=${CYTOMINE_BIN-$(command -v cytomine || true)}
if [ -n "$program" ] && { [ -n "${CYTOMINE_BIN:-}" ] || "$program" init --help >/dev/null 2>&1; }; then
  for argument in "$@"; do
    case $argument in --out | --out=*) exec "$program" init "$@" ;; esac
  done
  exec "$program" init --out "$here" "$@"
fi

server_name=cytomine.test namespace=cytomine release=cytomine mode=values out=$here
no_tls='' no_secrets='' profile='' rotate='' dry_run='' settings=''
read_flags "$@"
values_file=$out/values.yaml secrets_file=$out/secrets.yaml
if [ -z "$rotate" ] && exists "$values_file"; then
  echo 'values.yaml is already there; nothing changed (use --rotate to make new secrets)'
  exit 0
fi
for tool in awk od openssl; do
  command -v "$tool" >/dev/null || die "$tool is not on this machine: install it, or put the program cytomine on PATH"
done

work='' staged=''
# shellcheck disable=SC2154 # set where a file is staged
trap 'rm -rf "$work" ${staged:+"$staged"}' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/cytomine-init-XXXXXX") || die "no folder can be made in ${TMPDIR:-/tmp}"
# The machine's own settings of openssl do not count.
: >"$work/openssl.cnf"
OPENSSL_CONF=$work/openssl.cnf
export OPENSSL_CONF
made='' last='' apart='' objects=0 heading='' kept_in=values.yaml
if [ -n "$rotate" ]; then later_run; else first_run; fi
