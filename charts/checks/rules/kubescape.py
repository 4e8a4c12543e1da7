"""The controls of kubescape that rendered files can answer, under their numbers: frameworks NSA and MITRE, and the workload part of CIS 1.12.

Controls on nodes, on the API server, on admission and on what lives in a cluster only are not here: kubescape scans them on a live one.
"""
import re

from manifest import allows, dig
from rule import add, bind, cut, put, remove, role, rule
from rules.common import FIRST, POD, SECURITY, capabilities, containers_where, effective, host_path, host_paths, host_ports, pods_where, uncut

TOOL = "kubescape"
KEY_NAMES = ["aws_secret_access_key", "azure_batchai_storage_key", "azure_batch_key", "secret", "key", "password", "pwd", "token", "jwt", "bearer", "credential"]
VALUES = re.compile(
    r"PRIVATE KEY|eyJhbGciO|JWT|Bearer|_key_|_secret_|AKIA[0-9A-Z]{16}|ghp_[0-9A-Za-z]{36}|AIza[0-9A-Za-z\-_]{35}|xox[baprs]-[0-9A-Za-z]{10,48}"
)
INSECURE = {"SETPCAP", "NET_ADMIN", "NET_RAW", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "SYS_ADMIN", "SYS_BOOT", "MAC_OVERRIDE", "MAC_ADMIN", "PERFMON", "ALL", "BPF"}
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
}  # fmt: skip
NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: jobs, labels: {%s}}}"
NSA, MITRE, CIS = "NSA", "MITRE", "CIS"


def control(name, *bad, groups):
    return rule(TOOL, name, *bad, groups=groups)


# --- containers ----------------------------------------------------------------------------------------------------


@control(
    "C-0012 applications credentials in configuration files",
    put("ConfigMap", "data my-key", "x"),
    put("ConfigMap", "data a", "ssl_key_file = a"),
    put("Deployment", f"{FIRST} env 0", {"name": "MY_TOKEN", "value": "x"}),
    groups=[NSA, MITRE],
)
def c0012(manifest):
    for obj, key, value in manifest.config_entries():
        if value and (any(word in key.lower() for word in KEY_NAMES) or VALUES.search(value)):
            yield obj, f"{key}: {(VALUES.search(value) or [key])[0]}"
    for pod, _, env in manifest.env():
        value = str(env.get("value") or "")
        if value and not value.startswith("/") and (any(word in env["name"].lower() for word in KEY_NAMES) or VALUES.search(value)):
            yield pod.owner, env["name"]


control(
    "C-0013 non-root containers",
    put("Deployment", f"{SECURITY} runAsGroup", 0),
    lambda objects: put("Deployment", f"{SECURITY} runAsUser", 0)(put("Deployment", f"{SECURITY} runAsNonRoot", False)(objects)),
    groups=[NSA],
)(
    containers_where(
        lambda pod, own: (effective(pod, own, "runAsGroup") in (0,) or (not effective(pod, own, "runAsNonRoot") and not effective(pod, own, "runAsUser"))) and "root"
    )
)
for name, groups in (("C-0016 allow privilege escalation", [NSA]), ("C-0211 allow privilege escalation", [CIS])):
    control(name, cut("Deployment", f"{SECURITY} allowPrivilegeEscalation"), put("Deployment", f"{SECURITY} allowPrivilegeEscalation", True), groups=groups)(
        containers_where(lambda pod, own: dig(own, "securityContext", "allowPrivilegeEscalation") is not False and "not refused")
    )
for name, groups in (("C-0017 immutable container filesystem", [NSA]), ("C-0211 immutable container filesystem", [CIS])):
    control(name, cut("Deployment", f"{SECURITY} readOnlyRootFilesystem"), groups=groups)(
        containers_where(lambda pod, own: dig(own, "securityContext", "readOnlyRootFilesystem") is not True and "writable root")
    )
control("C-0046 insecure capabilities", put("Deployment", f"{SECURITY} capabilities add", ["NET_ADMIN"]), groups=[NSA])(
    containers_where(lambda pod, own: capabilities(own, "add") & INSECURE and "added")
)
control("C-0055 linux hardening", cut("Deployment", f"{POD} securityContext seccompProfile"), groups=[NSA])(
    containers_where(lambda pod, own: not effective(pod, own, "seccompProfile") and "no seccomp profile")
)
for name, groups in (("C-0057 privileged container", [NSA, MITRE]), ("C-0211 privileged container", [CIS])):
    control(name, put("Deployment", f"{SECURITY} privileged", True), groups=groups)(containers_where(lambda pod, own: dig(own, "securityContext", "privileged") and "privileged"))
control("C-0207 secrets as files, not variables", put("Deployment", f"{FIRST} env 0", {"name": "A", "valueFrom": {"secretKeyRef": {"name": "a", "key": "a"}}}), put("Deployment", f"{FIRST} envFrom", [{"secretRef": {"name": "a"}}]), groups=[CIS])(
    containers_where(
        lambda pod, own: (any(dig(env, "valueFrom", "secretKeyRef") for env in own.get("env") or []) or any(dig(env, "secretRef") for env in own.get("envFrom") or [])) and "a secret in a variable"
    )
)
control("C-0210 seccomp profile RuntimeDefault", put("Deployment", f"{POD} securityContext seccompProfile type", "Unconfined"), groups=[CIS])(
    containers_where(lambda pod, own: effective(pod, own, "seccompProfile", "type") != "RuntimeDefault" and str(effective(pod, own, "seccompProfile", "type")))
)
for name, resource in (("C-0270 CPU limits are set", "cpu"), ("C-0271 memory limits are set", "memory")):
    control(name, cut("Deployment", f"{FIRST} resources limits {resource}"), groups=[NSA])(
        containers_where(lambda pod, own, resource=resource: not dig(own, "resources", "limits", resource) and "no limit")
    )
control("C-0211 non-root containers", put("Deployment", f"{SECURITY} runAsGroup", 0), groups=[CIS])(
    containers_where(lambda pod, own: effective(pod, own, "runAsGroup") == 0 and "root's group")
)
control("C-0211 drop NET_RAW", put("Deployment", f"{SECURITY} capabilities drop", ["KILL"]), groups=[CIS])(
    containers_where(lambda pod, own: not capabilities(own, "drop") & {"ALL", "NET_RAW"} and "not dropped")
)
control("C-0211 SELinux options", cut("Deployment", f"{POD} securityContext seLinuxOptions"), groups=[CIS])(
    containers_where(lambda pod, own: not effective(pod, own, "seLinuxOptions") and "none")
)
control("C-0211 seccomp profile", cut("Deployment", f"{POD} securityContext seccompProfile"), groups=[CIS])(
    containers_where(lambda pod, own: not effective(pod, own, "seccompProfile") and "none")
)
control("C-0211 procMount", put("Deployment", f"{SECURITY} procMount", "Unmasked"), groups=[CIS])(
    containers_where(lambda pod, own: dig(own, "securityContext", "procMount") not in (None, "Default") and "not Default")
)
control("C-0211 fsGroup", cut("Deployment", f"{POD} securityContext fsGroup"), groups=[CIS])(pods_where(lambda pod: pod.security.get("fsGroup") is None and "not set"))
control("C-0211 fsGroupChangePolicy", cut("Deployment", f"{POD} securityContext fsGroupChangePolicy"), groups=[CIS])(
    pods_where(lambda pod: pod.security.get("fsGroupChangePolicy") not in ("Always", "OnRootMismatch") and "not set")
)
control("C-0211 sysctls", put("Deployment", f"{POD} securityContext sysctls", [{"name": "kernel.msgmax", "value": "1"}]), groups=[CIS])(
    pods_where(lambda pod: {sysctl["name"] for sysctl in pod.security.get("sysctls") or []} - SAFE_SYSCTLS and "an unsafe one")
)
control("C-0211 supplementalGroups", put("Deployment", f"{POD} securityContext supplementalGroups", [0]), groups=[CIS])(
    pods_where(lambda pod: 0 in (pod.security.get("supplementalGroups") or []) and "root's group")
)
control("C-0211 hostProcess", put("Deployment", f"{POD} securityContext windowsOptions hostProcess", True), groups=[CIS])(
    containers_where(lambda pod, own: effective(pod, own, "windowsOptions", "hostProcess") and "host process")
)

# --- ways into the host --------------------------------------------------------------------------------------------

control("C-0038 host PID or IPC", put("Deployment", f"{POD} hostPID", True), put("Deployment", f"{POD} hostIPC", True), groups=[NSA])(
    pods_where(lambda pod: (pod.spec.get("hostPID") or pod.spec.get("hostIPC")) and "shared")
)
control("C-0041 host network", put("Deployment", f"{POD} hostNetwork", True), groups=[NSA, CIS])(pods_where(lambda pod: pod.spec.get("hostNetwork") and "shared"))
control("C-0275 host process ids", put("Deployment", f"{POD} hostPID", True), groups=[CIS])(pods_where(lambda pod: pod.spec.get("hostPID") and "shared"))
control("C-0276 host IPC", put("Deployment", f"{POD} hostIPC", True), groups=[CIS])(pods_where(lambda pod: pod.spec.get("hostIPC") and "shared"))
control("C-0044 container hostPort", put("Deployment", f"{FIRST} ports 0 hostPort", 1), groups=[NSA])(lambda manifest: [(pod.owner, str(port)) for pod, port in host_ports(manifest)])
for name in ("C-0020 mount service principal", "C-0045 writable hostPath mount", "C-0048 hostPath mount"):
    control(name, host_path("/etc/kubernetes"), groups=[MITRE])(lambda manifest: [(pod.owner, path) for pod, path in host_paths(manifest)])

# --- accounts, rights ----------------------------------------------------------------------------------------------


def mounts_token(manifest):
    closed = {dig(account, "metadata", "name") for account in manifest.of("ServiceAccount") if account.get("automountServiceAccountToken") is False}
    for pod in manifest.pods():
        given = pod.spec.get("automountServiceAccountToken")
        if given or (given is None and pod.spec.get("serviceAccountName") not in closed):
            yield pod.owner, "the token is mounted"


for name, groups in (("C-0034 automatic mapping of service account", [NSA]), ("C-0190 account tokens only where necessary", [CIS])):
    control(
        name,
        put("Deployment", f"{POD} automountServiceAccountToken", True),
        lambda objects: put("Deployment", f"{POD} serviceAccountName", "other")(cut("Deployment", f"{POD} automountServiceAccountToken")(objects)),
        groups=groups,
    )(mounts_token)


@control(
    "C-0189 default service accounts are not used",
    add("{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: example}}"),
    add(NAMESPACE % ""),
    groups=[CIS],
)
def c0189(manifest):
    for account in manifest.of("ServiceAccount"):
        if account["metadata"]["name"] == "default" and account.get("automountServiceAccountToken") is not False:
            yield account, "its token is mounted"
    for namespace in manifest.of("Namespace"):
        own = [account for account in manifest.of("ServiceAccount") if dig(account, "metadata", "namespace") == namespace["metadata"]["name"]]
        if not any(account["metadata"]["name"] != "default" for account in own):
            yield namespace, "no account of its own"


@control("C-0053 access container service account", role(["pods"], ["get"]), groups=[MITRE])
def c0053(manifest):
    for binding in manifest.bindings():
        for subject in binding.get("subjects") or []:
            if subject["kind"] == "ServiceAccount":
                yield binding, subject["name"]


def right(name, resources, verbs, groups, group="", bad_verb=None):
    @control(name, role([resources[0]], [bad_verb or verbs[0]], [group]), groups=groups)
    def find(manifest):
        for obj, grant in manifest.grants():
            if allows(grant, resources, verbs, [group]):
                yield obj, f"{grant['resources']} {grant['verbs']}"


WRITE = ["create", "update", "patch"]
right("C-0002 command execution in containers", ["pods/exec"], ["create"], [NSA, MITRE])
right("C-0007 roles with delete capabilities", ["secrets", "pods", "services", "configmaps"], ["delete", "deletecollection"], [MITRE])
right("C-0007 roles that delete workloads", ["deployments", "statefulsets", "daemonsets", "replicasets"], ["delete", "deletecollection"], [MITRE], "apps")
right("C-0007 roles that delete jobs", ["jobs", "cronjobs"], ["delete", "deletecollection"], [MITRE], "batch")
right("C-0015 list Kubernetes secrets", ["secrets"], ["get", "list", "watch"], [MITRE])
right("C-0186 access to secrets", ["secrets"], ["get", "list", "watch"], [CIS])
right("C-0031 delete Kubernetes events", ["events"], ["delete", "deletecollection"], [MITRE])
right("C-0037 CoreDNS poisoning", ["configmaps"], ["update", "patch"], [MITRE])
right("C-0188 create pods", ["pods"], ["create"], [CIS])
right("C-0191 bind and escalate", ["roles", "clusterroles"], ["bind", "escalate"], [CIS], "rbac.authorization.k8s.io")
right("C-0191 impersonate", ["users", "groups", "serviceaccounts"], ["impersonate"], [CIS])
right("C-0278 create persistent volumes", ["persistentvolumes"], ["create"], [CIS])
right("C-0279 proxy of nodes", ["nodes/proxy"], ["get", "list", "watch", "create"], [CIS])
right("C-0280 approve certificates", ["certificatesigningrequests/approval"], ["update", "patch"], [CIS], "certificates.k8s.io")
right("C-0281 admission webhooks", ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"], WRITE, [CIS], "admissionregistration.k8s.io")
right("C-0282 create account tokens", ["serviceaccounts/token"], ["create"], [CIS])


def all_rights(manifest):
    for obj, grant in manifest.grants():
        if "*" in (grant.get("verbs") or []) and "*" in (grant.get("resources") or []):
            yield obj, str(grant)
    for binding in manifest.bindings():
        if binding["roleRef"]["name"] == "cluster-admin":
            yield binding, "cluster-admin"


for name, groups in (("C-0035 administrative roles", [NSA, MITRE]), ("C-0185 cluster-admin only where required", [CIS]), ("C-0187 wildcards in roles", [CIS])):
    control(name, role(["*"], ["*"]), bind("cluster-admin", {"kind": "User", "name": "a"}), groups=groups)(all_rights)


@control("C-0014 access Kubernetes dashboard", put("Deployment", f"{POD} serviceAccountName", "kubernetes-dashboard"), bind("view", {"kind": "ServiceAccount", "name": "kubernetes-dashboard"}), groups=[MITRE])
def c0014(manifest):
    for pod in manifest.pods():
        if pod.spec.get("serviceAccountName") == "kubernetes-dashboard":
            yield pod.owner, "uses its account"
    for binding in manifest.bindings():
        if any(subject["name"] == "kubernetes-dashboard" for subject in binding.get("subjects") or []):
            yield binding, "binds its account"


# --- network -------------------------------------------------------------------------------------------------------


@control("C-0030 ingress and egress blocked", remove("NetworkPolicy"), put("NetworkPolicy", "spec policyTypes", ["Ingress"]), groups=[NSA])
def c0030(manifest):
    for pod in manifest.pods():
        # Policies that select by expressions are not seen.
        seen = [policy for policy in manifest.policies_of(pod) if "matchExpressions" not in policy["spec"]["podSelector"]]
        if not any({"Ingress", "Egress"} <= set(dig(policy, "spec", "policyTypes") or []) for policy in seen):
            yield pod.owner, "not both ways"


def open_namespaces(manifest):
    closed = {dig(policy, "metadata", "namespace") for policy in manifest.of("NetworkPolicy")}
    return [(namespace, "no NetworkPolicy") for namespace in manifest.of("Namespace") if namespace["metadata"]["name"] not in closed]


control("C-0054 cluster internal networking", add(NAMESPACE % ""), groups=[NSA, MITRE])(open_namespaces)
control("C-0206 network policies in all namespaces", add(NAMESPACE % ""), groups=[CIS])(open_namespaces)


@control("C-0042 SSH server inside container", lambda objects: put("Service", "spec ports 0 port", 22)(objects), put("Service", "spec ports 0 targetPort", 2222), groups=[MITRE])
def c0042(manifest):
    for service in manifest.of("Service"):
        if any({port.get("port"), port.get("targetPort")} & {22, 2222} for port in dig(service, "spec", "ports") or []):
            yield service, "an ssh port"


@control("C-0059 nginx ingress snippet annotation", put("Ingress", "metadata annotations", {"nginx.ingress.kubernetes.io/server-snippet": "x"}), groups=[NSA, MITRE])
def c0059(manifest):
    for ingress in manifest.of("Ingress"):
        for key in dig(ingress, "metadata", "annotations") or {}:
            if key.endswith("-snippet"):
                yield ingress, key


control("C-0292 nginx ingress controller end of life", put("Deployment", f"{FIRST} image", "registry.k8s.io/ingress-nginx/controller:v1"), groups=[NSA])(
    containers_where(lambda pod, own: ("ingress-nginx/controller" in own["image"] or re.search(r"k8s\.(gcr\.)?io/ingress-nginx", own["image"])) and own["image"])
)

# --- Pod Security of namespaces that the chart makes ---------------------------------------------------------------


def enforced(name, levels):
    @control(name, add(NAMESPACE % ""), add(NAMESPACE % "pod-security.kubernetes.io/enforce: privileged"), groups=[CIS])
    def find(manifest):
        for namespace in manifest.of("Namespace"):
            level = dig(namespace, "metadata", "labels", "pod-security.kubernetes.io/enforce")
            if level not in levels:
                yield namespace, str(level)


for name in ("C-0192 an active policy control", "C-0193 privileged containers", "C-0199 NET_RAW", "C-0202 Windows host process", "C-0203 hostPath volumes", "C-0204 host ports"):
    enforced(f"{name}, by Pod Security", ("baseline", "restricted"))
for name in ("C-0197 privilege escalation", "C-0198 root containers", "C-0200 added capabilities", "C-0201 capabilities assigned"):
    enforced(f"{name}, by Pod Security", ("restricted",))
