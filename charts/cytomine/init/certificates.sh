# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared with init.sh
# Certificates of init.sh: names, the private authority and its exchange, and what it signs; all by openssl.

is_label() {
  case $1 in '' | -* | *- | *[!a-z0-9-]*) return 1 ;; esac
}

is_dns() {
  [ "${#1}" -le 253 ] || return 1
  rest=$1.
  while [ -n "$rest" ]; do
    is_label "${rest%%.*}" || return 1
    rest=${rest#*.}
  done
}

# checked KEY NAME: the name, if it can stand in a certificate.
checked() {
  is_dns "$2" ||
    die "$values_file: \`$1\` has '$2', which is no DNS name: certificates cannot be made for it; correct it"
  printf '%s\n' "$2"
}

# full_name: what the chart calls its objects.
full_name() {
  chart=$(value nameOverride)
  whole=$(value fullnameOverride)
  chart=${chart:-cytomine}
  if [ -z "$whole" ]; then
    case $release in *"$chart"*) whole=$release ;; *) whole=$release-$chart ;; esac
  fi
  whole=$(printf '%.40s' "$whole")
  checked fullnameOverride "${whole%-}"
}

# service NAME: a Service in three lengths.
service() {
  printf '%s\n' "$1" "$1.$namespace.svc" "$1.$namespace.svc.$domain" localhost
}

once_each() { awk '!seen[$0]++'; }

# read_names: host names and what the names of certificates are made of, by what the values say now.
read_names() {
  full=$(full_name)
  domain=$(value clusterDomain)
  domain=$(checked clusterDomain "$domain")
  main=$(value serverName)
  hosts=$(checked serverName "$main")
  if has "$work/values" extraServerNames; then
    yaml list "$work/values" extraServerNames >"$work/extra" || trouble $? "$values_file" extraServerNames
    while IFS= read -r extra; do
      hosts="$hosts
$(checked extraServerNames "$extra")"
    done <"$work/extra"
  fi
}



# run_openssl WHAT ARGUMENTS: in the working folder, so that no path stands in its settings.
run_openssl() {
  what=$1
  shift
  (cd "$work" && openssl "$@") >"$work/log" 2>&1 </dev/null || {
    cat "$work/log" >&2
    die "The certificate of $what cannot be made: see what openssl says above"
  }
}

# moment SECONDS iso|asn1: a time since 1970 in letters. ASN.1 has two digits for years before 2050.
moment() {
  awk -v seconds="$1" -v form="$2" 'BEGIN {
    day = int(seconds / 86400); second = seconds % 86400
    for (year = 1970; day >= (length_of = 365 + leap(year)); year++) day -= length_of
    split("31 28 31 30 31 30 31 31 30 31 30 31", months, " "); months[2] += leap(year)
    for (month = 1; day >= months[month]; month++) day -= months[month]
    clock = sprintf("%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60)
    date = sprintf("%04d-%02d-%02d", year, month, day + 1)
    if (form == "iso") { print date "T" clock "Z"; exit }
    gsub(/[-:]/, "", date)
    gsub(/[-:]/, "", clock)
    print substr(date, year < 2050 ? 3 : 1) clock "Z"
  }
  function leap(y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) }'
}

# settings_of_openssl EXTENSION...: with a section `made` of these lines, and with the names in $work/names.
settings_of_openssl() {
  cat >"$work/openssl.cnf" <<'CNF'
[req]
distinguished_name = nothing
string_mask = utf8only
utf8 = yes
[nothing]
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
[any]
organizationName = optional
commonName = optional
[made]
CNF
  printf '%s\n' "$@" >>"$work/openssl.cnf"
  [ ! -s "$work/names" ] || awk '
    BEGIN { print "[names]" }
    /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/ { print "IP." NR " = " $0; next }
    { print "DNS." NR " = " $0 }' "$work/names" >>"$work/openssl.cnf"
  # A positive number of 159 bits.
  printf '0%s\n' "$(hex 20 | cut -c2-)" >"$work/serial"
  : >"$work/index"
}

# sign WHAT SUBJECT DAYS FLAGS: makes $work/new.key, $work/new.crt and not_after.
sign() {
  what=$1 subject=$2 days=$3
  shift 3
  now=$(date -u +%s)
  not_after=$(moment $((now + days * 86400)) iso)
  # Clocks of nodes that are behind still take a new certificate.
  from=$(moment $((now - 3600)) asn1)
  until=$(moment $((now + days * 86400)) asn1)
  run_openssl "$what" genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -pkeyopt ec_param_enc:named_curve -out new.key
  run_openssl "$what" req -new -sha256 -config openssl.cnf -key new.key -subj "$subject" -out new.csr
  run_openssl "$what" ca -batch -notext -config openssl.cnf -in new.csr -extensions made \
    -startdate "$from" -enddate "$until" -out new.crt "$@"
}

# get_part, put_part: a text of the authority by its key in values.yaml and that in its Secret. What is put stands in
# $work/text.
get_part() {
  if [ -n "$apart" ]; then
    get_secret ca "$2"
  elif has "$work/values" "$1"; then
    value "$1"
  fi
}
put_part() {
  if [ -n "$apart" ]; then put_secret ca "$2"; else put "$work/values" "$values_file" "$1" put; fi
}

ca=tls/internal/ca

# new_authority: ten years, into $work/new.crt and $work/new.key.
new_authority() {
  : >"$work/names"
  settings_of_openssl 'basicConstraints = critical, CA:TRUE, pathlen:0' 'keyUsage = critical, keyCertSign, cRLSign' \
    'subjectKeyIdentifier = hash'
  sign 'the private CA' "/CN=$full private CA" 3650 -selfsign -keyfile new.key
}

# keep_authority CRT-PATH CRT-KEY KEY-PATH KEY-KEY: what was made.
keep_authority() {
  cp "$work/new.crt" "$work/text"
  put_part "$1" "$2"
  cp "$work/new.key" "$work/text"
  put_part "$3" "$4"
}

# trusted: certificates of all authorities that are trusted, one after the other.
trusted() {
  get_part "$ca/crt" tls.crt
  get_part "$ca/next/crt" next.crt
  get_part "$ca/previous" previous.crt
}

# leaf WHICH: makes a certificate and keeps it: server, postgres, maintenance or edge.
leaf() {
  subject=/O=Cytomine usage=serverAuth
  map=tls/internal/leaves/$1 part=tls-$1
  case $1 in
    server)
      name='server certificate'
      { service "$full" && printf '%s\n' "$hosts"; } | once_each >"$work/names"
      ;;
    postgres)
      name='database certificate'
      service "$full-postgres" | once_each >"$work/names"
      ;;
    maintenance)
      name='backup certificate' usage=clientAuth subject=/O=Cytomine/CN=backup
      printf '%s\n' "$full-maintenance" >"$work/names"
      ;;
    edge)
      name='edge certificate' map=edge/tls part=edge
      printf '%s\n' "$hosts" >"$work/names"
      ;;
  esac
  validity=$(value tls/internal/validity)
  case $validity in '' | *[!0-9]* | ?????*) validity=0 ;; esac
  if [ "$validity" -lt 1 ] || [ "$validity" -gt 3650 ]; then trouble 4 "$values_file" tls/internal/validity; fi
  get_part "$ca/crt" tls.crt >"$work/ca.crt"
  get_part "$ca/key" tls.key >"$work/ca.key"
  if [ ! -s "$work/ca.crt" ] || [ ! -s "$work/ca.key" ]; then
    die "$kept_in holds no private CA to sign with: make one with --rotate ca"
  fi
  openssl pkey -in "$work/ca.key" -pubout >"$work/of.key" 2>"$work/log" </dev/null || : >"$work/of.key"
  openssl x509 -in "$work/ca.crt" -noout -pubkey >"$work/of.crt" 2>"$work/log" </dev/null || : >"$work/of.crt"
  if [ ! -s "$work/of.key" ] || ! cmp -s "$work/of.key" "$work/of.crt"; then
    die "The private CA in $kept_in cannot sign: put back what init wrote, or make a new one with --rotate ca"
  fi
  settings_of_openssl 'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \
    "extendedKeyUsage = $usage" 'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid:always' 'subjectAltName = @names'
  sign "$name" "$subject" "$validity" -cert ca.crt -keyfile ca.key
  if [ -n "$apart" ]; then
    cp "$work/new.crt" "$work/text"
    put_secret "$part" tls.crt
    cp "$work/new.key" "$work/text"
    put_secret "$part" tls.key
    trusted >"$work/text"
    put_secret "$part" ca.crt
  else
    cp "$work/new.crt" "$work/text"
    put "$work/values" "$values_file" "$map/crt" put
    cp "$work/new.key" "$work/text"
    put "$work/values" "$values_file" "$map/key" put
    if has "$work/values" "$map/notAfter"; then set_value "$map/notAfter" "$not_after"; fi
  fi
  told "$name"
}

# leaves: those between pods that the chart has.
leaves() {
  for which in server postgres maintenance; do
    if has "$work/values" "tls/internal/leaves/$which"; then leaf "$which"; fi
  done
}

# exchange_authority: one stage further. Pods read new certificates at different moments. So first all of them learn to
# trust the coming authority, which signs nothing (next); then it signs, and the old one (previous) is trusted until no
# pod shows a certificate of it.
exchange_authority() {
  get_part "$ca/crt" tls.crt >"$work/ca.crt"
  get_part "$ca/key" tls.key >"$work/ca.key"
  get_part "$ca/next/crt" next.crt >"$work/next.crt"
  get_part "$ca/next/key" next.key >"$work/next.key"
  get_part "$ca/previous" previous.crt >"$work/previous.crt"
  again='wait until all pods are ready and 2 minutes more, then init --rotate ca again'
  if [ ! -s "$work/ca.crt" ] || [ ! -s "$work/ca.key" ]; then
    new_authority
    keep_authority "$ca/crt" tls.crt "$ca/key" tls.key
    told 'private CA'
    stage='made at once, for there was none to exchange it with' again='' signs_anew=1
  elif [ -s "$work/previous.crt" ]; then
    : >"$work/text"
    put_part "$ca/previous" previous.crt
    stage='3 of 3: the old CA is trusted no more' again=''
  elif [ ! -s "$work/next.crt" ] || [ ! -s "$work/next.key" ]; then
    new_authority
    keep_authority "$ca/next/crt" next.crt "$ca/next/key" next.key
    told 'coming private CA'
    stage='1 of 3: the coming CA is trusted and signs nothing yet'
  else
    cp "$work/ca.crt" "$work/text"
    put_part "$ca/previous" previous.crt
    mv "$work/next.crt" "$work/new.crt"
    mv "$work/next.key" "$work/new.key"
    keep_authority "$ca/crt" tls.crt "$ca/key" tls.key
    : >"$work/text"
    put_part "$ca/next/crt" next.crt
    put_part "$ca/next/key" next.key
    stage='2 of 3: the new CA signs, the old one is still trusted' signs_anew=1
  fi
  [ -n "$apart" ] || return 0
  for part in tls-server tls-postgres tls-maintenance edge; do
    place=$(find_object "$part")
    [ -n "$place" ] || continue
    trusted >"$work/text"
    put_secret "$part" ca.crt
  done
}
