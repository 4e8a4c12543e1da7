"""The rules of trivy config on Kubernetes objects (KSV), each under its number, with the severity it has there.

Left out: rules that trivy itself has retired (0032 to 0035) and one on objects of Gatekeeper (0124).
"""
import re

from manifest import allows, dig, name_of
from rule import add, bind, cut, put, role, rule
from rules.common import FIRST, POD, SECURITY, capabilities, containers_where, effective, host_path, host_paths, host_ports, pods_where, uncut

TOOL = "trivy"
# Where the project's images come from; trivy takes such a list as configuration (charts/checks/config/trivy.yaml).
REGISTRIES = ("ghcr.io", "docker.io", "registry.example")
ANY_CHANGE = ["create", "update", "patch", "delete", "deletecollection", "impersonate"]


def ksv(number, severity, name, *bad):
    return rule(TOOL, f"KSV-{number} {name}", *bad, groups=[severity])


def each(number, severity, name, bad, test):
    ksv(number, severity, name, *bad)(containers_where(test))


# --- containers ----------------------------------------------------------------------------------------------------


def secured(key):
    return lambda pod, own: dig(own, "securityContext", key)


each("0001", "MEDIUM", "can elevate its own privileges", [cut("Deployment", f"{SECURITY} allowPrivilegeEscalation")],
     lambda pod, own: dig(own, "securityContext", "allowPrivilegeEscalation") is not False and "not refused")  # fmt: skip
each("0003", "LOW", "drops all capabilities", [put("Deployment", f"{SECURITY} capabilities drop", ["KILL"])],
     lambda pod, own: "ALL" not in capabilities(own, "drop") and "not all dropped")  # fmt: skip
each("0004", "LOW", "drops any capability", [cut("Deployment", f"{SECURITY} capabilities")],
     lambda pod, own: not capabilities(own, "drop") and "none dropped")  # fmt: skip
for number, severity, name in (("0005", "HIGH", "SYS_ADMIN"), ("0119", "HIGH", "NET_RAW"), ("0120", "HIGH", "SYS_MODULE")):
    each(number, severity, f"adds {name}", [put("Deployment", f"{SECURITY} capabilities add", [name])],
         lambda pod, own, name=name: name in capabilities(own, "add") and "added")  # fmt: skip
each("0022", "MEDIUM", "adds capabilities", [put("Deployment", f"{SECURITY} capabilities add", ["CHOWN"])],
     lambda pod, own: capabilities(own, "add") and "added")  # fmt: skip
each("0106", "LOW", "drops all, adds NET_BIND_SERVICE at most", [put("Deployment", f"{SECURITY} capabilities add", ["CHOWN"])],
     lambda pod, own: ("ALL" not in capabilities(own, "drop") or capabilities(own, "add") - {"NET_BIND_SERVICE"}) and "other capabilities")  # fmt: skip
each("0012", "MEDIUM", "runs as root", [uncut(f"{POD} securityContext runAsNonRoot", f"{SECURITY} runAsNonRoot")],
     lambda pod, own: not pod.security.get("runAsNonRoot") and not dig(own, "securityContext", "runAsNonRoot") and "runAsNonRoot is not set")  # fmt: skip
each("0013", "MEDIUM", "image tag latest", [put("Deployment", f"{FIRST} image", "registry.example/web:latest"), put("Deployment", f"{FIRST} image", "registry.example/web")],
     lambda pod, own: (own["image"].endswith(":latest") or (":" not in own["image"].split("/")[-1])) and own["image"])  # fmt: skip
each("0014", "HIGH", "root file system is read-only", [cut("Deployment", f"{SECURITY} readOnlyRootFilesystem")],
     lambda pod, own: not dig(own, "securityContext", "readOnlyRootFilesystem") and "writable")  # fmt: skip
each("0017", "HIGH", "privileged", [put("Deployment", f"{SECURITY} privileged", True)], lambda pod, own: secured("privileged")(pod, own) and "privileged")
for number, name, bound, resource in (("0011", "CPU limit", "limits", "cpu"), ("0015", "CPU request", "requests", "cpu"), ("0016", "memory request", "requests", "memory"), ("0018", "memory limit", "limits", "memory")):
    each(number, "LOW", name, [cut("Deployment", f"{FIRST} resources {bound} {resource}")],
         lambda pod, own, bound=bound, resource=resource: not dig(own, "resources", bound, resource) and "not set")  # fmt: skip
for number, name, key in (("0020", "user id over 10000", "runAsUser"), ("0021", "group id over 10000", "runAsGroup")):
    each(number, "LOW", name, [uncut(f"{POD} securityContext {key}", f"{SECURITY} {key}"), put("Deployment", f"{SECURITY} {key}", 1000)],
         lambda pod, own, key=key: (effective(pod, own, key) or 0) <= 10000 and str(effective(pod, own, key)))  # fmt: skip
each("0105", "LOW", "user id 0", [put("Deployment", f"{SECURITY} runAsUser", 0)], lambda pod, own: effective(pod, own, "runAsUser") == 0 and "0")
each("0027", "MEDIUM", "procMount", [put("Deployment", f"{SECURITY} procMount", "Unmasked")],
     lambda pod, own: dig(own, "securityContext", "procMount") not in (None, "Default") and "not Default")  # fmt: skip
each("0030", "LOW", "seccomp RuntimeDefault", [cut("Deployment", f"{POD} securityContext seccompProfile")],
     lambda pod, own: effective(pod, own, "seccompProfile", "type") not in ("RuntimeDefault", "Localhost") and "not set")  # fmt: skip
each("0104", "MEDIUM", "seccomp unconfined", [put("Deployment", f"{POD} securityContext seccompProfile type", "Unconfined"), cut("Deployment", f"{POD} securityContext seccompProfile")],
     lambda pod, own: (effective(pod, own, "seccompProfile", "type") or "Unconfined") == "Unconfined" and "unconfined")  # fmt: skip
each("0025", "MEDIUM", "custom SELinux options", [put("Deployment", f"{POD} securityContext seLinuxOptions type", "spc_t"), put("Deployment", f"{POD} securityContext seLinuxOptions user", "root")],
     lambda pod, own: any((options.get("type") not in (None, "container_t", "container_init_t", "container_kvm_t")) or {"role", "user"} & set(options)
                          for options in (pod.security.get("seLinuxOptions") or {}, dig(own, "securityContext", "seLinuxOptions") or {})) and "custom")  # fmt: skip
each("0118", "HIGH", "default security context", [cut("Deployment", f"{POD} securityContext"), cut("Deployment", SECURITY)],
     lambda pod, own: not (pod.security and own.get("securityContext")) and "empty")  # fmt: skip
each("0117", "MEDIUM", "privileged ports", [put("Deployment", f"{FIRST} ports 0 containerPort", 443)],
     lambda pod, own: [port["containerPort"] for port in own.get("ports") or [] if port["containerPort"] < 1024])  # fmt: skip
each("0125", "MEDIUM", "trusted registries", [put("Deployment", f"{FIRST} image", "quay.elsewhere/web:1")],
     lambda pod, own: "/" in own["image"] and not own["image"].split("/")[0].endswith(REGISTRIES) and own["image"])  # fmt: skip
each("0102", "CRITICAL", "Tiller", [put("Deployment", f"{FIRST} image", "registry.example/tiller:v2")], lambda pod, own: ("tiller" in own["image"] or pod.labels.get("app") == "helm") and "Tiller")
each("0103", "MEDIUM", "host process", [put("Deployment", f"{SECURITY} windowsOptions hostProcess", True)],
     lambda pod, own: effective(pod, own, "windowsOptions", "hostProcess") and "host process")  # fmt: skip
each("0002", "LOW", "AppArmor profile", [put("Deployment", f"{POD} securityContext appArmorProfile type", "Unconfined")],
     lambda pod, own: effective(pod, own, "appArmorProfile", "type") == "Unconfined" and "unconfined")  # fmt: skip

# --- pods ----------------------------------------------------------------------------------------------------------

ksv("0006", "HIGH", "docker.sock", host_path("/var/run/docker.sock"))(lambda manifest: [(pod.owner, path) for pod, path in host_paths(manifest) if path.endswith("docker.sock")])
ksv("0007", "LOW", "manages /etc/hosts", put("Deployment", f"{POD} hostAliases", [{"ip": "10.0.0.1", "hostnames": ["a"]}]))(pods_where(lambda pod: pod.spec.get("hostAliases") and "hostAliases"))
for number, field in (("0008", "hostIPC"), ("0009", "hostNetwork"), ("0010", "hostPID")):
    ksv(number, "HIGH", field, put("Deployment", f"{POD} {field}", True))(pods_where(lambda pod, field=field: pod.spec.get(field) and field))
ksv("0023", "MEDIUM", "hostPath volumes", host_path("/srv"))(lambda manifest: [(pod.owner, path) for pod, path in host_paths(manifest)])
ksv("0121", "HIGH", "disallowed host paths", host_path("/etc"))(
    lambda manifest: [(pod.owner, path) for pod, path in host_paths(manifest) if path in ("/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/var/lib/docker")]
)
ksv("0024", "HIGH", "host ports", put("Deployment", f"{FIRST} ports 0 hostPort", 1))(lambda manifest: [(pod.owner, str(port)) for pod, port in host_ports(manifest)])
SAFE = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range"}
ksv("0026", "MEDIUM", "unsafe sysctls", put("Deployment", f"{POD} securityContext sysctls", [{"name": "kernel.msgmax", "value": "1"}]))(
    pods_where(lambda pod: {sysctl["name"] for sysctl in pod.security.get("sysctls") or []} - SAFE and "unsafe")
)
VOLUMES = {"gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephFS", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "portworxVolume", "scaleIO", "storageos"}
ksv("0028", "LOW", "non-core volume types", put("Deployment", f"{POD} volumes 0", {"name": "tmp", "nfs": {"server": "a", "path": "/"}}))(
    pods_where(lambda pod: any(VOLUMES & set(volume) for volume in pod.volumes) and "volume type")
)
TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount"
ksv("0036", "MEDIUM", "account tokens", put("Deployment", f"{POD} automountServiceAccountToken", True))(
    pods_where(
        lambda pod: (
            pod.spec.get("automountServiceAccountToken")
            or ("automountServiceAccountToken" not in pod.spec and any(mount["mountPath"] == TOKENS for own in pod.containers for mount in own.get("volumeMounts") or []))
        )
        and "mounted"
    )
)
ksv("0116", "LOW", "root as primary or further group", put("Deployment", f"{POD} securityContext fsGroup", 0), put("Deployment", f"{POD} securityContext supplementalGroups", [0]))(
    pods_where(lambda pod: 0 in [pod.security.get("runAsGroup"), pod.security.get("fsGroup"), *(pod.security.get("supplementalGroups") or [])] and "group 0")
)
for number, severity, name, namespaces in (("0037", "MEDIUM", "objects in kube-system", ("kube-system",)), ("0110", "LOW", "workloads in the default namespace", ("default", None))):

    @ksv(number, severity, name, put("Deployment", "metadata namespace", namespaces[0]))
    def misplaced(manifest, namespaces=namespaces):
        for pod in manifest.pods():
            if pod.namespace in namespaces:
                yield pod.owner, str(pod.namespace)


# --- other objects -------------------------------------------------------------------------------------------------


@ksv("0038", "MEDIUM", "selectors in network policies", cut("NetworkPolicy", "spec podSelector"))
def ksv0038(manifest):
    for policy in manifest.of("NetworkPolicy"):
        if "podSelector" not in policy["spec"]:
            yield policy, "selects nothing"


@ksv("0108", "HIGH", "external addresses", put("Service", "spec externalIPs", ["8.8.8.8"]))
def ksv0108(manifest):
    for service in manifest.of("Service"):
        if dig(service, "spec", "externalIPs"):
            yield service, str(service["spec"]["externalIPs"])


@ksv("0107", "LOW", "retired API versions", put("Ingress", "apiVersion", "networking.k8s.io/v1beta1"))
def ksv0107(manifest):
    for obj in manifest.objects:
        if re.search(r"/v\d(alpha|beta)\d", obj["apiVersion"]) and obj["apiVersion"].split("/")[0] in ("apps", "batch", "policy", "autoscaling", "networking.k8s.io", "extensions"):
            yield obj, obj["apiVersion"]


@ksv("0039", "LOW", "LimitRange of a namespace", add("{apiVersion: v1, kind: LimitRange, metadata: {name: a, namespace: example}, spec: {limits: []}}"))
def ksv0039(manifest):
    for obj in manifest.of("LimitRange"):
        limits = dig(obj, "spec", "limits") or [{}]
        if not all(limit.get("type") and {"default", "defaultRequest", "max", "min"} & set(limit) for limit in limits):
            yield obj, "incomplete"


@ksv("0040", "LOW", "ResourceQuota of a namespace", add("{apiVersion: v1, kind: ResourceQuota, metadata: {name: a, namespace: example}, spec: {hard: {}}}"))
def ksv0040(manifest):
    for obj in manifest.of("ResourceQuota"):
        if not {"requests.cpu", "cpu"} & set(dig(obj, "spec", "hard") or {}):
            yield obj, "incomplete"


SECRET_WORD = r"pass|password|pword|passphrase|passwrd|passwd|secret|secretkey|appsecret|clientsecret|aws_access_key_id|pswrd|token|pwd"


@ksv("0109", "HIGH", "ConfigMap with secrets", put("ConfigMap", "data passwd", "x"), put("ConfigMap", "data a", "db_password = x"))
def ksv0109(manifest):
    for obj, key, value in manifest.config_entries():
        if re.search(SECRET_WORD, key, re.I):
            yield obj, f"key {key}"
        for line in value.split("\n"):
            if re.search(rf"({SECRET_WORD})\s*[=:]", line, re.I):
                given = [part for mark in ":=" for part in line.split(mark)[1:2]]
                if any(text and not text.lstrip('"').startswith(("${", "$(", "{{")) for text in given):
                    yield obj, f"{key}: {line.strip()[:60]}"


MAIL = r"[\w\-.]+@((\[\d{1,3}\.\d{1,3}\.\d{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))([a-zA-Z]{2,4}|\d{1,3})\]?"
SENSITIVE = re.compile(rf"(?i:(username|email|key|phone|iban)\s*[=:])|(?i:SHA1|MD5)|{MAIL}|[^.](?:\b[A-Z]{{2}}\d{{2}} ?\d{{4}} ?\d{{4}} ?\d{{4}} ?\d{{4}} ?\d{{0,2}}\b)")


@ksv("01010", "MEDIUM", "ConfigMap with sensitive content", put("ConfigMap", "data a", 'key = "x"'), put("ConfigMap", "data a", "url = me@db.example.org"), put("ConfigMap", "data username", "x"))
def ksv01010(manifest):
    for obj, key, value in manifest.config_entries():
        if re.search(r"username|email|key|phone|SHA1|MD5|iban", key, re.I):
            yield obj, f"key {key}"
        for line in value.split("\n"):
            if SENSITIVE.search(line) and re.search("[:=]", line):
                yield obj, f"{key}: {line.strip()[:60]}"


# --- rights --------------------------------------------------------------------------------------------------------


def right(number, severity, name, resources, verbs, kinds=("Role", "ClusterRole"), groups=("",)):
    @ksv(number, severity, name, role([resources[0]], [verbs[0]], [groups[0]], kind=kinds[0]))
    def find(manifest):
        for obj, grant in manifest.grants():
            if obj["kind"] in kinds and allows(grant, resources, verbs, groups):
                yield obj, f"{grant['resources']} {grant['verbs']}"


RBAC = ("rbac.authorization.k8s.io",)
right("0041", "CRITICAL", "manage secrets", ["secrets"], ["get", "list", "watch", *ANY_CHANGE], ("ClusterRole",))
right("0113", "MEDIUM", "manage secrets of a namespace", ["secrets"], ["get", "list", "watch", *ANY_CHANGE], ("Role",))
right("0042", "MEDIUM", "delete pod logs", ["pods/log"], ["delete", "deletecollection"])
right("0043", "CRITICAL", "impersonate groups", ["groups"], ["impersonate"])
right("0047", "HIGH", "node proxy", ["nodes/proxy"], ["get", "create"])
WORKLOADS = ["pods", "deployments", "jobs", "cronjobs", "statefulsets", "daemonsets", "replicasets", "replicationcontrollers"]
right("0048", "MEDIUM", "manage workloads", WORKLOADS, ANY_CHANGE, groups=("", "apps", "batch"))
right("0049", "MEDIUM", "manage configmaps", ["configmaps"], ANY_CHANGE)
right("0050", "CRITICAL", "escalate by roles", ["roles", "rolebindings"], ["escalate", "bind", "impersonate"], groups=RBAC)
right("0051", "HIGH", "create role bindings", ["rolebindings"], ["create"], groups=RBAC)
right("0052", "HIGH", "create cluster role bindings", ["clusterrolebindings"], ["create"], groups=RBAC)
right("0053", "HIGH", "exec into pods", ["pods/exec"], ANY_CHANGE)
right("0054", "HIGH", "attach to pods", ["pods/attach"], ["create"])
right("0055", "LOW", "add users to role bindings", ["rolebindings"], ["get", "patch"], groups=RBAC)
NETWORKING = ["services", "endpoints", "endpointslices", "networkpolicies", "ingresses"]
right("0056", "HIGH", "manage networking", NETWORKING, ANY_CHANGE, groups=("", "networking.k8s.io", "discovery.k8s.io"))
right("0114", "CRITICAL", "manage webhooks", ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], ANY_CHANGE, groups=("admissionregistration.k8s.io",))


def wildcard(number, severity, name, kinds, test, *bad):
    @ksv(number, severity, name, *bad)
    def find(manifest):
        for obj, grant in manifest.grants():
            if obj["kind"] in kinds and test(grant):
                yield obj, str(grant)


BOTH = ("Role", "ClusterRole")
wildcard("0044", "CRITICAL", "all verbs on all resources", BOTH, lambda grant: "*" in grant["verbs"] and "*" in (grant.get("resources") or []), role(["*"], ["*"]))
wildcard("0045", "CRITICAL", "all verbs", BOTH, lambda grant: "*" in grant["verbs"], role(["pods"], ["*"]))
wildcard("0046", "CRITICAL", "all resources", ("ClusterRole",), lambda grant: "*" in (grant.get("resources") or []), role(["*"], ["get"], kind="ClusterRole"))
wildcard("0112", "CRITICAL", "all resources of a namespace", ("Role",), lambda grant: "*" in (grant.get("resources") or []), role(["*"], ["get"]))
wildcard("0115", "CRITICAL", "manage aws-auth", BOTH, lambda grant: allows(grant, ["configmaps"], ANY_CHANGE) and "aws-auth" in (grant.get("resourceNames") or ["aws-auth"]), role(["configmaps"], ["update"]))


def subject(number, severity, name, test, *bad):
    @ksv(number, severity, name, *bad)
    def find(manifest):
        for binding in manifest.bindings():
            if test(binding):
                yield binding, name_of(binding)


def named(name):
    return lambda binding: any(who["name"] == name for who in binding.get("subjects") or [])


subject("0111", "MEDIUM", "cluster-admin and its like", lambda binding: binding["roleRef"]["name"] in ("cluster-admin", "admin", "edit"), bind("cluster-admin", {"kind": "User", "name": "a"}))
subject("0122", "CRITICAL", "anonymous user", named("system:anonymous"), bind("view", {"kind": "User", "name": "system:anonymous"}))
subject("0123", "CRITICAL", "group system:masters", named("system:masters"), bind("view", {"kind": "Group", "name": "system:masters"}))
subject("01011", "CRITICAL", "group system:authenticated", named("system:authenticated"), bind("view", {"kind": "Group", "name": "system:authenticated"}))
