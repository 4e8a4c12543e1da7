"""The checks of polaris' stock configuration, each under its name there, with the severity it has there."""
import re

from manifest import allows, dig, selects
from rule import bind, cut, put, remove, role, rule
from rules.common import FIRST, POD, SECURITY, capabilities, containers_where, effective, host_path, host_paths, host_ports, pods_where, uncut

TOOL = "polaris"
SENSITIVE_NAME = re.compile(r"^aws_secret_access_key$|^google_application_credentials$|^azure_.+key$|^oci_cli_key_content$|password|token|bearer|secret", re.I)
PRIVATE_KEY = re.compile(r"-BEGIN\s+.*PRIVATE KEY-", re.I)


def danger(name, *bad):
    return rule(TOOL, name, *bad, groups=["danger"])


def warning(name, *bad):
    return rule(TOOL, name, *bad, groups=["warning"])


# --- reliability ---------------------------------------------------------------------------------------------------


@warning("deploymentMissingReplicas", put("Deployment", "spec replicas", 1), cut("Deployment", "spec replicas"))
def deployment_missing_replicas(manifest):
    for obj in manifest.of("Deployment"):
        if (dig(obj, "spec", "replicas") or 0) < 2:
            yield obj, f"{dig(obj, 'spec', 'replicas')} replicas"


warning("priorityClassNotSet", cut("Deployment", f"{POD} priorityClassName"))(
    pods_where(lambda pod: "priorityClassName" not in pod.spec and "no priority class")
)
danger("tagNotSpecified", put("Deployment", f"{FIRST} image", "registry.example/web"), put("Deployment", f"{FIRST} image", "web:latest"))(
    containers_where(lambda pod, own: (not re.search(r"^.+:.+$", own["image"]) or own["image"].endswith(":latest")) and own["image"])
)
warning("pullPolicyNotAlways", put("Deployment", f"{FIRST} imagePullPolicy", "IfNotPresent"), cut("Deployment", f"{FIRST} imagePullPolicy"))(
    containers_where(lambda pod, own: own.get("imagePullPolicy") != "Always" and str(own.get("imagePullPolicy")))
)

for name, field in (("readinessProbeMissing", "readinessProbe"), ("livenessProbeMissing", "livenessProbe")):

    @warning(name, cut("Deployment", f"{FIRST} {field}"))
    def probe_missing(manifest, field=field):
        for pod in manifest.services():
            for container in pod.main_containers:
                if not container.get(field):
                    yield pod.owner, container["name"]


@warning("metadataAndInstanceMismatched", put("Deployment", "metadata labels app.kubernetes.io/instance", "other"))
def metadata_and_instance_mismatched(manifest):
    for pod in manifest.pods():
        if dig(pod.owner, "metadata", "labels", "app.kubernetes.io/instance") != pod.owner["metadata"]["name"]:
            yield pod.owner, str(dig(pod.owner, "metadata", "labels", "app.kubernetes.io/instance"))


@warning("pdbDisruptionsIsZero", put("PodDisruptionBudget", "spec maxUnavailable", 0), put("PodDisruptionBudget", "spec minAvailable", "100%"))
def pdb_disruptions_is_zero(manifest):
    for budget in manifest.of("PodDisruptionBudget"):
        if dig(budget, "spec", "minAvailable") == "100%" or dig(budget, "spec", "maxUnavailable") in (0, "0%"):
            yield budget, "no pod may ever be moved"


@warning("missingPodDisruptionBudget", remove("PodDisruptionBudget"), cut("PodDisruptionBudget", "spec selector matchLabels"))
def missing_pod_disruption_budget(manifest):
    for pod in manifest.pods("Deployment"):
        held = [dig(budget, "spec", "selector", "matchLabels") or {} for budget in manifest.of("PodDisruptionBudget")]
        if not any(pod.labels.get(key) == value for labels in held for key, value in labels.items()):
            yield pod.owner, "no budget"


warning("topologySpreadConstraint", cut("Deployment", f"{POD} topologySpreadConstraints"))(
    pods_where(lambda pod: pod.kind not in ("Job", "CronJob") and not pod.spec.get("topologySpreadConstraints") and "no spread")
)


@warning("hpaMaxAvailability", put("HorizontalPodAutoscaler", "spec maxReplicas", 3))
def hpa_max_availability(manifest):
    for scaler in manifest.of("HorizontalPodAutoscaler"):
        if scaler["spec"]["maxReplicas"] <= (scaler["spec"].get("minReplicas") or 0):
            yield scaler, "it cannot scale"


@warning("hpaMinAvailability", put("HorizontalPodAutoscaler", "spec minReplicas", 1))
def hpa_min_availability(manifest):
    for scaler in manifest.of("HorizontalPodAutoscaler"):
        if scaler["spec"].get("minReplicas", 2) < 2:
            yield scaler, str(scaler["spec"]["minReplicas"])


@warning("pdbMinAvailableGreaterThanHPAMinReplicas", put("PodDisruptionBudget", "spec minAvailable", 4))
def pdb_over_hpa(manifest):
    for scaler in manifest.of("HorizontalPodAutoscaler"):
        for pod in manifest.pods("Deployment"):
            if pod.owner["metadata"]["name"] == scaler["spec"]["scaleTargetRef"]["name"]:
                for budget in manifest.of("PodDisruptionBudget"):
                    least = dig(budget, "spec", "minAvailable")
                    if isinstance(least, int) and selects(dig(budget, "spec", "selector"), pod.labels) and least > (scaler["spec"].get("minReplicas") or 1):
                        yield budget, f"{least} over the fewest replicas"


# --- efficiency ----------------------------------------------------------------------------------------------------

for name, bound, resource in (
    ("cpuRequestsMissing", "requests", "cpu"),
    ("cpuLimitsMissing", "limits", "cpu"),
    ("memoryRequestsMissing", "requests", "memory"),
    ("memoryLimitsMissing", "limits", "memory"),
):
    warning(name, cut("Deployment", f"{FIRST} resources {bound} {resource}"))(
        containers_where(lambda pod, own, bound=bound, resource=resource: not dig(own, "resources", bound, resource) and f"no {bound}")
    )

# --- security ------------------------------------------------------------------------------------------------------


@warning(
    "automountServiceAccountToken",
    put("Deployment", f"{POD} automountServiceAccountToken", True),
    lambda objects: cut("Deployment", f"{POD} automountServiceAccountToken")(cut("ServiceAccount", "automountServiceAccountToken")(objects)),
)
def automount_service_account_token(manifest):
    closed = {dig(account, "metadata", "name") for account in manifest.of("ServiceAccount") if account.get("automountServiceAccountToken") is False}
    for pod in manifest.pods():
        given = pod.spec.get("automountServiceAccountToken")
        if given or (given is None and pod.spec.get("serviceAccountName") not in closed):
            yield pod.owner, "the token is mounted"


for name, field in (("hostIPCSet", "hostIPC"), ("hostPIDSet", "hostPID"), ("hostNetworkSet", "hostNetwork")):
    danger(name, put("Deployment", f"{POD} {field}", True))(pods_where(lambda pod, field=field: pod.spec.get(field) and field))

warning("hostPathSet", host_path("/srv"))(lambda manifest: [(pod.owner, path) for pod, path in host_paths(manifest)])
warning("hostPortSet", put("Deployment", f"{FIRST} ports 0 hostPort", 8443))(lambda manifest: [(pod.owner, str(port)) for pod, port in host_ports(manifest)])
warning("hostProcess", put("Deployment", f"{POD} securityContext windowsOptions hostProcess", True), put("Deployment", f"{SECURITY} windowsOptions hostProcess", True))(
    containers_where(lambda pod, own: (dig(pod.security, "windowsOptions", "hostProcess") or dig(own, "securityContext", "windowsOptions", "hostProcess")) and "host process")
)


def _hardened(pod, own):
    seccomp = effective(pod, own, "seccompProfile", "type")
    return (seccomp and seccomp != "Unconfined") or effective(pod, own, "seLinuxOptions") or (capabilities(own, "drop") and "ALL" not in capabilities(own, "add"))


warning(
    "linuxHardening",
    uncut(f"{POD} securityContext seccompProfile", f"{POD} securityContext seLinuxOptions", f"{SECURITY} capabilities"),
)(containers_where(lambda pod, own: not _hardened(pod, own) and "none of seccomp, SELinux, dropped capabilities"))


@warning("missingNetworkPolicy", remove("NetworkPolicy"), cut("NetworkPolicy", "spec egress"), cut("NetworkPolicy", "spec podSelector matchLabels"))
def missing_network_policy(manifest):
    for pod in manifest.pods():
        for policy in manifest.of("NetworkPolicy"):
            # By exactly one label, and with a rule for each way: a policy that only denies does not count.
            labels = dig(policy, "spec", "podSelector", "matchLabels") or {}
            if sum(labels.get(key) == value for key, value in pod.labels.items()) == 1 and policy["spec"].get("egress") and policy["spec"].get("ingress"):
                break
        else:
            yield pod.owner, "no policy with rules for both ways"


warning("notReadOnlyRootFilesystem", cut("Deployment", f"{SECURITY} readOnlyRootFilesystem"))(
    containers_where(lambda pod, own: dig(own, "securityContext", "readOnlyRootFilesystem") is not True and "writable root")
)
danger("privilegeEscalationAllowed", cut("Deployment", f"{SECURITY} allowPrivilegeEscalation"), put("Deployment", f"{SECURITY} allowPrivilegeEscalation", True))(
    containers_where(lambda pod, own: dig(own, "securityContext", "allowPrivilegeEscalation") is not False and "allowed")
)
warning("procMount", put("Deployment", f"{SECURITY} procMount", "Unmasked"))(
    containers_where(lambda pod, own: dig(own, "securityContext", "procMount") not in (None, "Default") and "procMount")
)
danger(
    "runAsRootAllowed",
    put("Deployment", f"{SECURITY} runAsUser", 0),
    uncut(f"{SECURITY} runAsUser", f"{SECURITY} runAsNonRoot", f"{POD} securityContext runAsUser", f"{POD} securityContext runAsNonRoot"),
)(
    containers_where(
        lambda pod, own: (
            effective(pod, own, "runAsUser") == 0
            or dig(own, "securityContext", "runAsNonRoot") is False
            or not (effective(pod, own, "runAsUser") or effective(pod, own, "runAsNonRoot"))
        )
        and "root"
    )
)
danger("runAsPrivileged", put("Deployment", f"{SECURITY} privileged", True))(containers_where(lambda pod, own: dig(own, "securityContext", "privileged") and "privileged"))
danger("dangerousCapabilities", put("Deployment", f"{SECURITY} capabilities add", ["NET_ADMIN"]))(
    containers_where(lambda pod, own: capabilities(own, "add") & {"ALL", "SYS_ADMIN", "NET_ADMIN"} and "added")
)
warning("insecureCapabilities", put("Deployment", f"{SECURITY} capabilities drop", ["KILL"]))(
    containers_where(lambda pod, own: "ALL" not in capabilities(own, "drop") and "not all are dropped")
)


@warning("tlsSettingsMissing", cut("Ingress", "spec tls"))
def tls_settings_missing(manifest):
    for ingress in manifest.of("Ingress"):
        if not dig(ingress, "spec", "tls"):
            yield ingress, "no tls"


@danger("sensitiveContainerEnvVar", put("Deployment", f"{FIRST} env 0", {"name": "DB_PASSWORD", "value": "x"}))
def sensitive_container_env_var(manifest):
    for pod, _, env in manifest.env():
        if "value" in env and (SENSITIVE_NAME.search(env["name"]) or PRIVATE_KEY.search(str(env["value"]))):
            yield pod.owner, env["name"]


@danger("sensitiveConfigmapContent", put("ConfigMap", "data my-token", "x"), put("ConfigMap", "data a", "-----BEGIN EC PRIVATE KEY-----"))
def sensitive_configmap_content(manifest):
    for obj, key, value in manifest.config_entries():
        if SENSITIVE_NAME.search(key) or PRIVATE_KEY.search(value):
            yield obj, key


def executes(grant):
    return allows(grant, ["pods/exec", "pods/attach"], ["get", "create"], [""])


for name, kind in (("rolePodExecAttach", "Role"), ("clusterrolePodExecAttach", "ClusterRole")):

    @danger(name, role(["pods/exec"], ["create"], kind=kind), role(["pods/attach"], ["get"], kind=kind))
    def pod_exec_attach(manifest, kind=kind):
        for obj, grant in manifest.grants():
            if obj["kind"] == kind and executes(grant):
                yield obj, str(grant)


def binding_exec(name, binding_kind, role_kind, bad):
    @danger(name, bad)
    def find(manifest):
        for binding in manifest.of(binding_kind):
            for obj, grant in manifest.grants():
                if binding["roleRef"]["kind"] == obj["kind"] == role_kind and binding["roleRef"]["name"] == obj["metadata"]["name"] and executes(grant):
                    yield binding, str(grant)


def _role_binding_to_cluster_role(objects):
    objects = role(["pods/exec"], ["create"], kind="ClusterRole")(objects)
    objects[-1]["kind"] = "RoleBinding"
    return objects


binding_exec("clusterrolebindingPodExecAttach", "ClusterRoleBinding", "ClusterRole", role(["pods/exec"], ["create"], kind="ClusterRole"))
binding_exec("rolebindingClusterRolePodExecAttach", "RoleBinding", "ClusterRole", _role_binding_to_cluster_role)
binding_exec("rolebindingRolePodExecAttach", "RoleBinding", "Role", role(["pods/exec"], ["create"]))


def _role_binding(kind, name):
    def change(objects):
        made = bind(name, {"kind": "User", "name": "a"})(objects)
        made[-1]["kind"] = "RoleBinding"
        made[-1]["roleRef"]["kind"] = kind
        return made

    return change


def admin(name, binding_kind, role_kind, bad):
    @danger(name, bad)
    def find(manifest):
        for binding in manifest.of(binding_kind):
            wildcard = any(
                obj["metadata"]["name"] == binding["roleRef"]["name"] and obj["kind"] == role_kind and "*" in (grant.get("verbs") or []) and "*" in (grant.get("resources") or [])
                for obj, grant in manifest.grants()
            )
            if binding["roleRef"]["kind"] == role_kind and (wildcard or binding["roleRef"]["name"] == "cluster-admin"):
                yield binding, "all rights"


admin("clusterrolebindingClusterAdmin", "ClusterRoleBinding", "ClusterRole", bind("cluster-admin", {"kind": "User", "name": "a"}))
admin("rolebindingClusterAdminClusterRole", "RoleBinding", "ClusterRole", _role_binding("ClusterRole", "cluster-admin"))
admin("rolebindingClusterAdminRole", "RoleBinding", "Role", role(["*"], ["*"]))
