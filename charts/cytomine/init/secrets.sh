# shellcheck shell=sh disable=SC2154,SC2034 # variables are shared with init.sh
# Secrets of init.sh: what is made for which key, from the kernel's random source.

# Key in values.yaml, key in the Secret of all secrets, kind, with what it is rotated, name. What opens stored data is
# never made anew.
slots() {
  cat <<'SLOTS'
secrets/adminPassword admin-password password admin-password password of admin
secrets/apiKeys/admin/public api-admin-public uuid api-keys API keys
secrets/apiKeys/admin/private api-admin-private uuid api-keys API keys
secrets/serverKey server-key hex never server key
secrets/database/owner owner password database database passwords
secrets/database/app app password database database passwords
secrets/database/readonly readonly password database database passwords
secrets/database/backup backup password database database passwords
secrets/backupPhrase backup-phrase phrase never backup phrase
SLOTS
}

# bytes FORM COUNT: bytes that nobody can guess, as od writes them, on one line.
bytes() {
  random=$(od -An -v "-t$1" "-N$2" /dev/urandom | tr -s ' \t\n' ' ') || random=
  random=${random# }
  random=${random% }
  # shellcheck disable=SC2086 # counted by words
  set -- "$2" $random
  [ "$#" -eq $((1 + $1)) ] ||
    die "The system gives no random numbers (/dev/urandom): nothing was made; see to its random source"
  printf '%s\n' "$random"
}

# letters COUNT: letters and digits, each of 5.95 bits: 32 of them have 190 bits, 43 have 256.
letters() {
  text=
  while [ "${#text}" -lt "$1" ]; do
    some=$(bytes u1 128)
    # Bytes beyond the last multiple of 62 would favour the first letters.
    text=$text$(printf '%s\n' "$some" | awk '
      BEGIN { all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" }
      { for (i = 1; i <= NF; i++) if ($i < 248) printf "%s", substr(all, $i % 62 + 1, 1) }')
  done
  printf "%.${1}s" "$text"
}

hex() {
  some=$(bytes x1 "$1")
  printf '%s' "$some" | tr -d ' '
}

# uuid: of version 4, 122 random bits.
uuid() {
  some=$(hex 16)
  printf '%s\n' "$some" | awk '{
    printf "%s-%s-4%s-%s%s-%s", substr($0, 1, 8), substr($0, 9, 4), substr($0, 14, 3),
      substr("89ab", (index("0123456789abcdef", substr($0, 17, 1)) - 1) % 4 + 1, 1), substr($0, 18, 3), substr($0, 21)
  }'
}

make() {
  case $1 in
    password) letters 32 ;;
    phrase) letters 43 ;;
    uuid) uuid ;;
    hex) hex 32 ;;
  esac
}

# told NAME: parts of one thing share a name.
told() {
  [ "$last" = "$1" ] || made="$made${made:+, }$1"
  last=$1
}

# asked GROUP: whether what belongs to it is made anew.
asked() {
  case ",$rotate," in *,all,* | *",$1,"*) return 0 ;; esac
  return 1
}

# make_secrets: all of them, or with --rotate those that are asked for.
make_secrets() {
  slots >"$work/slots"
  while read -r path key kind group name; do
    if [ -n "$rotate" ]; then
      if [ "$group" = never ] || ! asked "$group"; then continue; fi
    fi
    has "$work/values" "$path" || continue
    make "$kind" >"$work/text"
    if [ -n "$apart" ]; then put_secret "" "$key"; else put "$work/values" "$values_file" "$path" put; fi
    told "$name"
  done <"$work/slots"
}
