"""The built-in checks of kube-linter, each under its name there; `default` marks those that it runs without being asked."""
import re

from manifest import dig
from rule import add, cut, put, rule

TOOL = "kube-linter"
POD = "spec template spec"
FIRST = f"{POD} containers 0"
PORT_NAME = re.compile(r"^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$")


def default(name, *bad):
    return rule(TOOL, name, *bad, groups=["default"])


def optional(name, *bad):
    return rule(TOOL, name, *bad)


def effective(pod, container, key):
    """A setting of the container's security context, else of the pod's."""
    own = dig(container, "securityContext", key)
    return own if own is not None else pod.security.get(key)


# --- images, variables, commands -----------------------------------------------------------------------------------


@default("latest-tag", put("Deployment", f"{FIRST} image", "web:latest"), put("Deployment", f"{FIRST} image", "registry.example/web"))
def latest_tag(manifest):
    for pod, container in manifest.containers():
        if any(re.search(pattern, container["image"]) for pattern in (r".*:(latest)$", r"^[^:]*$", r"(.*/[^:]+)$")):
            yield pod.owner, container["image"]


@default("duplicate-env-var", put("Deployment", f"{FIRST} env 1", {"name": "MODE", "value": "off"}))
def duplicate_env_var(manifest):
    for pod, container in manifest.containers():
        names = [env["name"] for env in container.get("env") or []]
        if len(names) != len(set(names)):
            yield pod.owner, f"{container['name']}: {names}"


@default("env-var-secret", put("Deployment", f"{FIRST} env 0", {"name": "MY_SECRET", "value": "x"}))
def env_var_secret(manifest):
    for pod, _, env in manifest.env():
        if "secret" in env["name"].lower() and env.get("value"):
            yield pod.owner, env["name"]


@optional("read-secret-from-env-var", put("Deployment", f"{FIRST} env 0", {"name": "A", "valueFrom": {"secretKeyRef": {"name": "web", "key": "a"}}}))
def read_secret_from_env_var(manifest):
    for pod, _, env in manifest.env():
        if dig(env, "valueFrom", "secretKeyRef"):
            yield pod.owner, env["name"]


@optional("env-value-from", put("Deployment", f"{FIRST} env 0", {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "web", "key": "missing"}}}))
def env_value_from(manifest):
    for pod, _, env in manifest.env():
        for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
            reference = dig(env, "valueFrom", field)
            if reference and not reference.get("optional"):
                held = [obj for obj in manifest.of(kind) if dig(obj, "metadata", "name") == reference["name"]]
                if not any(reference["key"] in (obj.get("data") or {}) for obj in held):
                    yield pod.owner, env["name"]


# --- what a container may do ---------------------------------------------------------------------------------------


@default("privileged-container", put("Deployment", f"{FIRST} securityContext privileged", True))
def privileged_container(manifest):
    for pod, container in manifest.containers():
        if dig(container, "securityContext", "privileged"):
            yield pod.owner, container["name"]


@default(
    "privilege-escalation-container",
    put("Deployment", f"{FIRST} securityContext allowPrivilegeEscalation", True),
    put("Deployment", f"{FIRST} securityContext capabilities add", ["SYS_ADMIN"]),
)
def privilege_escalation_container(manifest):
    for pod, container in manifest.containers():
        security = container.get("securityContext") or {}
        if security.get("allowPrivilegeEscalation") or security.get("privileged") or "SYS_ADMIN" in (dig(security, "capabilities", "add") or []):
            yield pod.owner, container["name"]


@default("drop-net-raw-capability", put("Deployment", f"{FIRST} securityContext capabilities drop", ["KILL"]))
def drop_net_raw_capability(manifest):
    for pod, container in manifest.containers():
        if not {"ALL", "all", "NET_RAW"} & set(dig(container, "securityContext", "capabilities", "drop") or []):
            yield pod.owner, container["name"]


@default("no-read-only-root-fs", cut("Deployment", f"{FIRST} securityContext readOnlyRootFilesystem"))
def no_read_only_root_fs(manifest):
    for pod, container in manifest.containers():
        if not dig(container, "securityContext", "readOnlyRootFilesystem"):
            yield pod.owner, container["name"]


def _root(objects):
    for path in (f"{POD} securityContext", f"{FIRST} securityContext"):
        for key in ("runAsUser", "runAsNonRoot"):
            objects = cut("Deployment", f"{path} {key}")(objects)
    return objects


@default("run-as-non-root", _root, put("Deployment", f"{FIRST} securityContext runAsGroup", 0))
def run_as_non_root(manifest):
    for pod, container in manifest.containers():
        user = effective(pod, container, "runAsUser")
        if effective(pod, container, "runAsGroup") == 0 or not (user or (user is None and effective(pod, container, "runAsNonRoot"))):
            yield pod.owner, container["name"]


@optional("unsafe-proc-mount", put("Deployment", f"{FIRST} securityContext procMount", "Unmasked"))
def unsafe_proc_mount(manifest):
    for pod, container in manifest.containers():
        if dig(container, "securityContext", "procMount") == "Unmasked":
            yield pod.owner, container["name"]


@default("unsafe-sysctls", put("Deployment", f"{POD} securityContext sysctls", [{"name": "kernel.msgmax", "value": "1"}]))
def unsafe_sysctls(manifest):
    for pod in manifest.pods():
        for sysctl in pod.security.get("sysctls") or []:
            if sysctl["name"].startswith(("kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "net.")):
                yield pod.owner, sysctl["name"]


for name, key in (("host-ipc", "hostIPC"), ("host-network", "hostNetwork"), ("host-pid", "hostPID")):

    @default(name, put("Deployment", f"{POD} {key}", True))
    def host_namespace(manifest, key=key):
        for pod in manifest.pods():
            if pod.spec.get(key):
                yield pod.owner, key


def host_paths(manifest):
    return [(pod, volume, volume["hostPath"]["path"]) for pod in manifest.pods() for volume in pod.volumes if "hostPath" in volume]


def host_path(path):
    return put("Deployment", f"{POD} volumes 0", {"name": "tmp", "hostPath": {"path": path}})


@default("docker-sock", host_path("/var/run/docker.sock"))
def docker_sock(manifest):
    for pod, _, path in host_paths(manifest):
        if path.endswith("docker.sock"):
            yield pod.owner, path


@default("sensitive-host-mounts", host_path("/etc"))
def sensitive_host_mounts(manifest):
    for pod, _, path in host_paths(manifest):
        if path in ("/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"):
            yield pod.owner, path


@optional("writable-host-mount", host_path("/srv"))
def writable_host_mount(manifest):
    for pod, volume, path in host_paths(manifest):
        mounts = [mount for container in pod.containers for mount in container.get("volumeMounts") or []]
        if any(mount["name"] == volume["name"] and not mount.get("readOnly") for mount in mounts):
            yield pod.owner, path


for name, resource in (("unset-cpu-requirements", "cpu"), ("unset-memory-requirements", "memory")):

    @default(name, cut("Deployment", f"{FIRST} resources requests {resource}"), cut("Deployment", f"{FIRST} resources limits {resource}"))
    def unset_requirements(manifest, resource=resource):
        for pod, container in manifest.containers():
            for bound in ("requests", "limits"):
                if not dig(container, "resources", bound, resource):
                    yield pod.owner, f"{container['name']}: {bound}"


# --- ports and probes ----------------------------------------------------------------------------------------------


def probe(name, field):
    @default(name, put("Deployment", f"{FIRST} {field} httpGet port", "elsewhere"), put("Deployment", f"{FIRST} {field} httpGet port", 1234))
    def probe_port(manifest):
        for pod, container in manifest.containers():
            port = dig(container, field, "httpGet", "port") or dig(container, field, "tcpSocket", "port") or dig(container, field, "grpc", "port")
            held = [value for own in container.get("ports") or [] for value in (own.get("name"), own["containerPort"])]
            if port is not None and port not in held:
                yield pod.owner, f"{container['name']}: {port}"


probe("liveness-port", "livenessProbe")
probe("readiness-port", "readinessProbe")
probe("startup-port", "startupProbe")

for name, field in (("no-liveness-probe", "livenessProbe"), ("no-readiness-probe", "readinessProbe")):

    @optional(name, cut("Deployment", f"{FIRST} {field}"))
    def no_probe(manifest, field=field):
        for pod in manifest.pods():
            for container in pod.main_containers:
                if not container.get(field):
                    yield pod.owner, container["name"]


def container_ports(manifest):
    return [(pod, port) for pod, container in manifest.containers() for port in container.get("ports") or []]


@default("ssh-port", put("Deployment", f"{FIRST} ports 0 containerPort", 22))
def ssh_port(manifest):
    for pod, port in container_ports(manifest):
        if port["containerPort"] == 22:
            yield pod.owner, "22"


@optional("privileged-ports", put("Deployment", f"{FIRST} ports 0 containerPort", 443))
def privileged_ports(manifest):
    for pod, port in container_ports(manifest):
        if 0 < port["containerPort"] < 1024:
            yield pod.owner, str(port["containerPort"])


def good_port(port):
    return bool(PORT_NAME.match(port)) if isinstance(port, str) else 0 < port <= 65535


@default("invalid-target-ports", put("Service", "spec ports 0 targetPort", "Not_A_Port"), put("Deployment", f"{FIRST} ports 0 name", "far-too-long-a-name"))
def invalid_target_ports(manifest):
    for pod, port in container_ports(manifest):
        if port.get("name") and not good_port(port["name"]):
            yield pod.owner, port["name"]
    for service in manifest.of("Service"):
        for port in dig(service, "spec", "ports") or []:
            if not good_port(port.get("targetPort", port["port"])):
                yield service, str(port["targetPort"])


@optional("exposed-services", put("Service", "spec type", "NodePort"), put("Service", "spec type", "LoadBalancer"))
def exposed_services(manifest):
    for service in manifest.of("Service"):
        if dig(service, "spec", "type") in ("NodePort", "LoadBalancer"):
            yield service, service["spec"]["type"]


# --- how pods are kept running -------------------------------------------------------------------------------------


@optional("minimum-three-replicas", put("Deployment", "spec replicas", 2), cut("Deployment", "spec replicas"))
def minimum_three_replicas(manifest):
    for obj in manifest.of("Deployment", "StatefulSet", "ReplicaSet"):
        # Where the field is absent the API server puts 1, or an autoscaler its own number: told apart in the exceptions.
        if dig(obj, "spec", "replicas") is None or obj["spec"]["replicas"] < 3:
            yield obj, f"{dig(obj, 'spec', 'replicas')} replicas"


@optional("hpa-minimum-three-replicas", put("HorizontalPodAutoscaler", "spec minReplicas", 2))
def hpa_minimum_three_replicas(manifest):
    for hpa in manifest.of("HorizontalPodAutoscaler"):
        if dig(hpa, "spec", "minReplicas") is None or hpa["spec"]["minReplicas"] < 3:
            yield hpa, str(dig(hpa, "spec", "minReplicas"))
