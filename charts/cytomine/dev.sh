#!/bin/sh
# Cytomine on a cluster on this machine, for trying and developing: docs/kubernetes/development.md.
#
# Plan: a cluster of its own (profile or name `cytomine`) is started unless it runs, the image is loaded if it was built
# here, the chart is installed or upgraded, and the name in values.yaml is made to lead to the cluster. Every command is
# printed before it runs, every sudo is asked for, and all of it may be repeated. POSIX sh; runs on Linux and macOS.
set -eu

usage() {
  cat <<'USAGE'
Usage: ./dev.sh COMMAND CLUSTER

  up       start the cluster, install or upgrade the chart, lead the name in values.yaml to it
  reload   load the image built here again, upgrade, restart the server
  logs     follow the logs of all pods
  trust    let this machine trust the system's private authority, so that browsers do not warn
  down     delete the cluster with all its data, and take the name away again

CLUSTER is minikube, kind or k3d.

  CYTOMINE_IMAGE    archive or local name of an image of the server (default: target/image/cytomine.tar if scripts/image
                    made it, else cytomine:dev if Docker has it, else the published one)
  CYTOMINE_YES      1 = answer every question with yes
USAGE
}

say() { printf '==> %s\n' "$*"; }
stop() {
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# run COMMAND...: print it, then do it.
run() {
  printf '+'
  printf ' %s' "$@"
  printf '\n'
  "$@"
}

# ask QUESTION: fails on anything but yes, also where nobody can answer.
ask() {
  printf '%s [y/N] ' "$1"
  if [ "${CYTOMINE_YES:-}" = 1 ]; then
    printf 'y\n'
    return 0
  fi
  answer=
  read -r answer || true
  case $answer in
    y | Y | yes | Yes) return 0 ;;
    *) return 1 ;;
  esac
}

# as_root COMMAND LINE: print it, ask, and run it as root by sudo; a no leaves it to the reader.
as_root() {
  printf 'As root:\n  %s\n' "$1"
  if ask "Run it?"; then
    sudo sh -c "$1"
  else
    printf 'Left out. Run it yourself when you wish.\n'
  fi
}

need() {
  command -v "$1" >/dev/null 2>&1 || stop "$1 is not installed" "See docs/kubernetes/development.md, \"What you need\"."
}

kubectl_() { run kubectl --context "$context" --namespace "$namespace" "$@"; }
# Reads something from the cluster without printing the command; empty when there is nothing.
read_cluster() { kubectl --context "$context" --namespace "$namespace" "$@" 2>/dev/null || true; }

# --- the cluster -------------------------------------------------------------------------------------------------

is_running() {
  case $cluster in
    minikube) minikube --profile "$name" status >/dev/null 2>&1 ;;
    kind) kind get clusters 2>/dev/null | grep -qx "$name" ;;
    k3d) k3d cluster list "$name" >/dev/null 2>&1 ;;
  esac
}

start_cluster() {
  if is_running; then
    say "the cluster runs already"
    [ "$cluster" != k3d ] || run k3d cluster start "$name"
    return
  fi
  say "starting the cluster"
  case $cluster in
    minikube)
      # Calico makes the policies of the chart bite.
      if [ "$system" = Darwin ] && [ -z "${MINIKUBE_DRIVER:-}" ]; then
        command -v vfkit >/dev/null 2>&1 || stop "vfkit is not installed" "brew install vfkit" \
          "or, with Docker instead: MINIKUBE_DRIVER=docker ./dev.sh up minikube"
        run minikube --profile "$name" start --driver=vfkit --network=vmnet-shared --cpus=2 --memory=4g --cni=calico \
          --addons=ingress,ingress-dns,metrics-server
      else
        run minikube --profile "$name" start --cpus=2 --memory=4g --cni=calico --addons=ingress,ingress-dns,metrics-server
      fi
      ;;
    kind) run kind create cluster --name "$name" ;;
    k3d)
      run k3d cluster create "$name" -p 80:80@loadbalancer -p 443:443@loadbalancer --agents 1
      # Traefik comes a while after the cluster, and the chart refuses what the cluster does not serve.
      run kubectl --context "$context" wait --for=create crd/serverstransports.traefik.io --timeout=180s
      ;;
  esac
}

# The image: an archive, a name that Docker has, or nothing for the published one.
find_image() {
  image=${CYTOMINE_IMAGE:-}
  if [ -z "$image" ]; then
    if [ -f "$here/../../target/image/cytomine.tar" ]; then
      image=$here/../../target/image/cytomine.tar
    elif command -v docker >/dev/null 2>&1 && docker image inspect cytomine:dev >/dev/null 2>&1; then
      image=cytomine:dev
    fi
  elif [ -f "$started_in/$image" ]; then
    image=$started_in/$image
  fi
  image_name=
  [ -n "$image" ] || return 0
  image_name=$image
  if [ -f "$image" ]; then
    # What the archive calls it stands in its manifest.json.
    image_name=$(tar -xOf "$image" manifest.json | tr -d ' \n' | sed -n 's/.*"RepoTags":\["\([^"]*\)".*/\1/p')
    [ -n "$image_name" ] || stop "$image names no image" "Make it with scripts/image, or with docker save NAME:TAG."
  fi
  case $image_name in
    *:latest) stop "the image $image_name has the tag latest, which the chart refuses" "Give it another tag." ;;
    *:*) ;;
    *) stop "the image $image_name has no tag" "Name it as NAME:TAG." ;;
  esac
}

load_image() {
  find_image
  [ -n "$image" ] || return 0
  say "loading the image $image_name"
  case $cluster in
    minikube) run minikube --profile "$name" image load --overwrite=true "$image" ;;
    kind)
      if [ -f "$image" ]; then
        run kind load image-archive "$image" --name "$name"
      else
        run kind load docker-image "$image" --name "$name"
      fi
      ;;
    k3d) run k3d image import "$image" -c "$name" ;;
  esac
}

# Hands out addresses of type LoadBalancer on kind; it has to run as long as the cluster is used.
start_provider() {
  if docker ps --format '{{.Names}}' 2>/dev/null | grep -q '^cloud-provider-kind$'; then return; fi
  command -v cloud-provider-kind >/dev/null 2>&1 || stop "cloud-provider-kind is not installed" \
    "go install sigs.k8s.io/cloud-provider-kind@latest"
  if [ -f "$state/cloud-provider-kind.pid" ] && kill -0 "$(cat "$state/cloud-provider-kind.pid")" 2>/dev/null; then return; fi
  mkdir -p "$state"
  printf '+ cloud-provider-kind >%s 2>&1 &\n' "$state/cloud-provider-kind.log"
  cloud-provider-kind >"$state/cloud-provider-kind.log" 2>&1 &
  echo $! >"$state/cloud-provider-kind.pid"
}

stop_provider() {
  [ -f "$state/cloud-provider-kind.pid" ] || return 0
  run kill "$(cat "$state/cloud-provider-kind.pid")" || true
  rm -f "$state/cloud-provider-kind.pid"
}

# --- the chart ---------------------------------------------------------------------------------------------------

# Sets the positional parameters of one helm upgrade; the order is that of the commands in the documents.
install() {
  set -- "$release" . --kube-context "$context" --namespace "$namespace" --create-namespace -f "ci/$cluster-values.yaml"
  case $cluster in
    kind)
      # The server ends TLS itself: no controller between it and the browser has to know the private authority.
      set -- "$@" --set ingress.enabled=false,service.type=LoadBalancer
      ranges=$(docker network inspect kind --format '{{range .IPAM.Config}}{{.Subnet}} {{end}}' 2>/dev/null || true)
      peers=
      for range in $ranges; do peers="$peers${peers:+,}{\"ipBlock\":{\"cidr\":\"$range\"}}"; done
      # Connections from outside arrive with the addresses of Docker's network, not with those of a namespace.
      [ -z "$peers" ] || set -- "$@" --set-json "networkPolicy.edge.from=[$peers]"
      ;;
  esac
  if [ -n "$image_name" ]; then
    set -- "$@" --set "image.registry=,image.repository=${image_name%:*},image.tag=${image_name##*:},image.pullPolicy=IfNotPresent"
  else
    version=$(sed -n 's/^appVersion: *"*\([^"]*\)"*$/\1/p' Chart.yaml)
    set -- "$@" --set "image.registry=ghcr.io,image.repository=cytomine/cytomine,image.tag=$version"
  fi
  run helm upgrade --install "$@" --wait --timeout 10m
}

# --- the name ----------------------------------------------------------------------------------------------------

in_hosts() {
  if grep -q "^${1}[[:space:]]${server_name}[[:space:]]*# cytomine dev.sh\$" "$hosts"; then
    say "$server_name leads to $1 already"
    return
  fi
  out_of_hosts
  as_root "printf '%s %s # cytomine dev.sh\\n' $1 $server_name >>$hosts"
}

out_of_hosts() {
  if grep -q '# cytomine dev.sh$' "$hosts"; then as_root "sed -i.cytomine '/# cytomine dev.sh\$/d' $hosts"; fi
}

# Which program answers names here; /etc/resolv.conf says by whom it was made.
resolver() {
  if [ "$system" = Darwin ]; then
    echo macos
  elif head -n 5 "$resolv" 2>/dev/null | grep -qi systemd-resolved; then
    echo systemd
  elif head -n 5 "$resolv" 2>/dev/null | grep -qi 'generated by resolvconf\|resolvconf(8)'; then
    echo resolvconf
  elif head -n 5 "$resolv" 2>/dev/null | grep -qi networkmanager; then
    echo networkmanager
  else
    echo hosts
  fi
}

# All names that end as the server's name does are asked of minikube's addon ingress-dns.
by_resolver() {
  ip=$1 top=${server_name##*.} kind_=$(resolver)
  case $kind_ in
    macos) file=$etc/resolver/cytomine-dev ;;
    systemd) file=$etc/systemd/resolved.conf.d/cytomine-dev.conf ;;
    resolvconf) file=$etc/resolvconf/resolv.conf.d/base ;;
    networkmanager) file=$etc/NetworkManager/dnsmasq.d/cytomine-dev.conf ;;
    hosts)
      in_hosts "$ip"
      return
      ;;
  esac
  if grep -qF "$ip" "$file" 2>/dev/null; then
    say "names that end in .$top are asked of $ip already"
    return
  fi
  say "names that end in .$top shall be asked of the cluster ($kind_)"
  case $kind_ in
    macos)
      as_root "mkdir -p ${file%/*}
  printf 'domain $top\\nnameserver $ip\\nsearch_order 1\\ntimeout 5\\n' >$file
  dscacheutil -flushcache; killall -HUP mDNSResponder"
      ;;
    systemd)
      as_root "mkdir -p ${file%/*}
  printf '[Resolve]\\nDNS=$ip\\nDomains=~$top\\n' >$file
  systemctl restart systemd-resolved"
      ;;
    resolvconf)
      as_root "[ ! -f $file ] || sed -i.cytomine '/# cytomine dev.sh\$/,+2d' $file
  printf '# cytomine dev.sh\\nnameserver $ip\\ntimeout 5\\n' >>$file
  resolvconf -u"
      ;;
    networkmanager)
      as_root "mkdir -p $etc/NetworkManager/conf.d ${file%/*}
  printf '[main]\\ndns=dnsmasq\\n' >$etc/NetworkManager/conf.d/cytomine-dev.conf
  printf 'server=/$top/$ip\\n' >$file
  systemctl restart NetworkManager"
      ;;
  esac
}

take_name_away() {
  case $(resolver) in
    macos) remove "$etc/resolver/cytomine-dev" "dscacheutil -flushcache; killall -HUP mDNSResponder" ;;
    systemd) remove "$etc/systemd/resolved.conf.d/cytomine-dev.conf" "systemctl restart systemd-resolved" ;;
    resolvconf)
      if grep -q '# cytomine dev.sh$' "$etc/resolvconf/resolv.conf.d/base" 2>/dev/null; then
        as_root "sed -i.cytomine '/# cytomine dev.sh\$/,+2d' $etc/resolvconf/resolv.conf.d/base
  resolvconf -u"
      fi
      ;;
    networkmanager)
      remove "$etc/NetworkManager/dnsmasq.d/cytomine-dev.conf" \
        "rm -f $etc/NetworkManager/conf.d/cytomine-dev.conf; systemctl restart NetworkManager"
      ;;
  esac
  out_of_hosts
}

# remove FILE THEN: what an earlier run wrote, if it is there.
remove() {
  if [ -f "$1" ]; then
    as_root "rm -f $1
  $2"
  fi
}

lead_name() {
  case $cluster in
    minikube)
      if [ "$system" = Darwin ] && [ "${MINIKUBE_DRIVER:-}" = docker ]; then
        in_hosts 127.0.0.1
        say "leave this running in another window: minikube --profile $name tunnel"
      else
        ip=$(minikube --profile "$name" ip)
        by_resolver "$ip"
      fi
      ;;
    kind)
      ip='' tries=0
      while [ -z "$ip" ] && [ "$tries" -lt 30 ]; do
        ip=$(read_cluster get service "$release" -o "jsonpath={.status.loadBalancer.ingress[0].ip}")
        [ -n "$ip" ] || sleep 2
        tries=$((tries + 1))
      done
      [ -n "$ip" ] || stop "the Service $release was given no address" \
        "See the log of cloud-provider-kind: $state/cloud-provider-kind.log"
      in_hosts "$ip"
      if [ "$system" = Darwin ]; then
        say "macOS does not reach Docker's network: kubectl --context $context -n $namespace port-forward service/$release 8443:443"
      fi
      ;;
    k3d) in_hosts 127.0.0.1 ;;
  esac
}

# --- the commands ------------------------------------------------------------------------------------------------

up() {
  start_cluster
  [ "$cluster" != kind ] || start_provider
  if [ ! -f values.yaml ]; then run ./init.sh --profile dev; fi
  read_server_name
  load_image
  install
  lead_name
  say "open https://$server_name and sign in as admin; the password:"
  printf '  %s\n' "kubectl --context $context -n $namespace get secret $release-app -o jsonpath='{.data.admin-password}' | base64 -d"
  say "the browser warns once; ./dev.sh trust $cluster ends that"
}

reload() {
  is_running || stop "the cluster does not run" "./dev.sh up $cluster"
  [ -f values.yaml ] || stop "values.yaml is missing" "./dev.sh up $cluster"
  load_image
  install
  # The tag is the old one, so only a restart takes up new bytes.
  kubectl_ rollout restart deployment --selector "app.kubernetes.io/instance=$release"
  kubectl_ rollout status deployment --selector "app.kubernetes.io/instance=$release" --timeout 5m
}

logs() {
  kubectl_ logs --follow --selector "app.kubernetes.io/instance=$release" --all-containers --prefix --max-log-requests 20
}

trust() {
  is_running || stop "the cluster does not run" "./dev.sh up $cluster"
  mkdir -p "$state"
  ca=$state/cytomine-dev.crt
  read_cluster get configmap "$release-ca" -o 'jsonpath={.data.ca\.crt}' >"$ca"
  [ -s "$ca" ] || stop "the ConfigMap $release-ca holds no authority" "Is the chart installed? ./dev.sh up $cluster"
  say "the private authority of this system is in $ca; whoever has its key can pass for any site on this machine"
  if [ "$system" = Darwin ]; then
    as_root "security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain $ca"
    say "to take it out again: sudo security delete-certificate -c '$release private CA' /Library/Keychains/System.keychain"
  elif [ -d "$etc/pki/ca-trust/source/anchors" ]; then
    as_root "install -m 0644 $ca $etc/pki/ca-trust/source/anchors/cytomine-dev.crt && update-ca-trust"
    say "to take it out again: sudo rm $etc/pki/ca-trust/source/anchors/cytomine-dev.crt && sudo update-ca-trust"
  else
    as_root "install -m 0644 $ca /usr/local/share/ca-certificates/cytomine-dev.crt && update-ca-certificates"
    say "to take it out again: sudo rm /usr/local/share/ca-certificates/cytomine-dev.crt && sudo update-ca-certificates --fresh"
  fi
  if [ "$system" != Darwin ]; then
    if command -v certutil >/dev/null 2>&1 && [ -d "$HOME/.pki/nssdb" ]; then
      # Chrome and Chromium on Linux have a store of their own.
      run certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n cytomine-dev -i "$ca"
      say "to take it out again: certutil -d sql:$HOME/.pki/nssdb -D -n cytomine-dev"
    else
      say "Chrome on Linux and Firefox have stores of their own: import $ca in their settings, under certificates, authorities"
    fi
  fi
}

down() {
  read_server_name
  if is_running; then
    ask "Delete the cluster $name with all its slides and annotations?" || stop "nothing was deleted"
    case $cluster in
      minikube) run minikube --profile "$name" delete ;;
      kind) run kind delete cluster --name "$name" ;;
      k3d) run k3d cluster delete "$name" ;;
    esac
  else
    say "there is no cluster"
  fi
  [ "$cluster" != kind ] || stop_provider
  take_name_away
  say "values.yaml stays, with its secrets; the next ./dev.sh up uses it"
}

read_server_name() {
  server_name=$(sed -n "s/^serverName: *[\"']*\([^\"' #]*\).*/\1/p" values.yaml 2>/dev/null || true)
  server_name=${server_name:-cytomine.test}
}

case "${1:-}" in
  up | down | reload | logs | trust) ;;
  -h | --help | help | '')
    usage
    exit 0
    ;;
  *)
    usage >&2
    stop "there is no command $1"
    ;;
esac
command=$1
cluster=${2:-}
release=cytomine
namespace=cytomine
name=cytomine
case $cluster in
  minikube) context=$name ;;
  kind) context=kind-$name ;;
  k3d) context=k3d-$name ;;
  *)
    usage >&2
    stop "name the cluster: minikube, kind or k3d"
    ;;
esac
started_in=$PWD
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
system=$(uname -s)
state=${XDG_STATE_HOME:-$HOME/.local/state}/cytomine-dev
# The tests put a folder of their own in the place of /etc.
etc=${CYTOMINE_DEV_ETC:-/etc}
hosts=$etc/hosts
resolv=$etc/resolv.conf
image_name=
need "$cluster"
need kubectl
need helm
"$command"
