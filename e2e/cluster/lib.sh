# Which cluster the suite `cluster` runs on, and how: sourced by e2e/run and by ./run, after scripts/lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the scripts that source this file
#
# 1. KUBECONFIG is set: that cluster (kind, k3d, minikube), reached by port-forwarding. The image is loaded by
#    `$CYTOMINE_CLUSTER_LOAD ARCHIVE` when that is set (`kind load image-archive`), else it must be there.
# 2. Else the shared folder's kube/kube.sh: a node on this machine, brought up when it is not, and then taken down again.
#    Everything runs inside of the node's network, where Services, pods and packets are in reach.
# 3. Else the suite is skipped.

CLUSTER=()    # what to put before a command so that it reaches the cluster
CLUSTER_WHY=  # why there is none
CLUSTER_OURS= # set when it was brought up here

# The image's archive: CYTOMINE_IMAGE, or what scripts/image makes of the binary under test; made when it is older than that.
cluster_image() {
  local archive=${CYTOMINE_IMAGE:-$TARGET/image-of-tests/cytomine.tar}
  if [ -z "${CYTOMINE_IMAGE:-}" ] && [ ! "$archive" -nt "$CYTOMINE_BIN" ]; then
    CYTOMINE_IMAGE_DIR=$TARGET/image-of-tests "$ROOT/scripts/image" --bin "$CYTOMINE_BIN" >&2 || return
  fi
  printf '%s\n' "$archive"
}

# cluster_kube: whether the node of the shared folder can be brought up; CLUSTER_WHY says why not.
cluster_kube() {
  local shared
  shared=$(shared_dir)
  CLUSTER_KUBE=$shared/kube/kube.sh
  if [ -z "$shared" ] || [ ! -x "$CLUSTER_KUBE" ]; then
    CLUSTER_WHY="KUBECONFIG is not set, and there is no kube/kube.sh in the shared folder"
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    CLUSTER_WHY="KUBECONFIG is not set, and kube/kube.sh needs root"
    return 1
  fi
}

# Its programs, compiled once: 10 to 15 minutes on two cores. ./prepare may be at it already.
cluster_programs() { flock "$CACHE/kube.lock" "$CLUSTER_KUBE" build; }

# The database's image, made once, and loaded where the node is up.
cluster_database() { flock "$CACHE/kube-image.lock" "$CLUSTER_KUBE" image localhost/postgres:17 trixie postgresql-17 ca-certificates; }

# cluster_pin REF: on a full disk the kubelet removes images that no pod uses, and here nobody could fetch them again.
cluster_pin() { "$CLUSTER_KUBE" sh ctr -n k8s.io images label "$1" io.cri-containerd.pinned=pinned >/dev/null 2>&1; }

# Returns 0 when there is a cluster, 2 when there is none, 1 when it does not work.
cluster_up() {
  local archive
  if [ -n "${KUBECONFIG:-}" ]; then
    if ! have kubectl || ! have helm; then
      warn "KUBECONFIG is set, but kubectl or helm is not in PATH: install them, or unset KUBECONFIG"
      return 1
    elif ! kubectl version >/dev/null; then
      warn "the cluster of $KUBECONFIG does not answer: start it, or unset KUBECONFIG"
      return 1
    fi
    say "on the cluster of $KUBECONFIG: $(kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}')"
    if [ -n "${CYTOMINE_CLUSTER_LOAD:-}" ]; then
      archive=$(cluster_image) || return 1
      # shellcheck disable=SC2086 # words of a command
      $CYTOMINE_CLUSTER_LOAD "$archive" || return 1
    fi
    export CYTOMINE_CLUSTER=forward
    CLUSTER=(env)
    return
  fi
  cluster_kube || return 2
  if ! "$CLUSTER_KUBE" sh kubectl get --raw /readyz >/dev/null 2>&1; then
    cluster_programs || return 1
    "$CLUSTER_KUBE" up || return 1
    CLUSTER_OURS=1
  fi
  export CYTOMINE_CLUSTER=service CYTOMINE_POSTGRES_IMAGE=localhost/postgres:17
  CLUSTER=("$CLUSTER_KUBE" sh)
  archive=$(cluster_image) || return 1
  "$CLUSTER_KUBE" load "$archive" || return 1
  if ! "$CLUSTER_KUBE" sh ctr -n k8s.io images ls -q 2>/dev/null | grep -qx "$CYTOMINE_POSTGRES_IMAGE"; then
    cluster_database || return 1
  fi
  cluster_pin "$CYTOMINE_POSTGRES_IMAGE" && cluster_pin "$(cluster_image_name)"
}

cluster_image_name() { echo "ghcr.io/cytomine/cytomine:$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml" | head -n 1)"; }

cluster_down() {
  if [ -n "$CLUSTER_OURS" ] && [ "${CYTOMINE_E2E_KEEP:-}" != 1 ]; then "$CLUSTER_KUBE" down; fi
}
