"""The checks of kube-linter on how pods are kept running, on objects that refer to each other, and on rights."""
import re

import kubernetes_validate

from manifest import allows, dig, name_of, selects
from rule import add, bind, cut, put, remove, role
from rules.kube_linter import POD, default, optional

# --- placing and replacing pods ------------------------------------------------------------------------------------


def spread(pod):
    """Whether the pod keeps away from its like on other hosts."""
    anti = dig(pod.spec, "affinity", "podAntiAffinity") or {}
    terms = list(anti.get("requiredDuringSchedulingIgnoredDuringExecution") or [])
    terms += [term["podAffinityTerm"] for term in anti.get("preferredDuringSchedulingIgnoredDuringExecution") or []]
    return any(term["topologyKey"] == "kubernetes.io/hostname" and selects(term.get("labelSelector"), pod.labels) for term in terms)


@default("no-anti-affinity", cut("Deployment", f"{POD} affinity podAntiAffinity"))
def no_anti_affinity(manifest):
    for pod in manifest.services():
        if (dig(pod.owner, "spec", "replicas") or 1) >= 2 and not spread(pod):
            yield pod.owner, "several replicas without anti-affinity"


@optional("no-node-affinity", cut("Deployment", f"{POD} affinity nodeAffinity"))
def no_node_affinity(manifest):
    for pod in manifest.pods():
        if not dig(pod.spec, "affinity", "nodeAffinity"):
            yield pod.owner, "no node affinity"


@optional("no-rolling-update-strategy", put("Deployment", "spec strategy type", "Recreate"))
def no_rolling_update_strategy(manifest):
    for obj in manifest.of("Deployment", "StatefulSet", "DaemonSet"):
        kind = dig(obj, "spec", "updateStrategy" if obj["kind"] != "Deployment" else "strategy", "type") or "RollingUpdate"
        if kind not in ("RollingUpdate", "Rolling"):
            yield obj, kind


@optional("priority-class-name", cut("Deployment", f"{POD} priorityClassName"))
def priority_class_name(manifest):
    for pod in manifest.pods():
        if pod.spec.get("priorityClassName") not in ("system-cluster-critical", "system-node-critical"):
            yield pod.owner, str(pod.spec.get("priorityClassName"))


@optional("restart-policy", cut("Deployment", f"{POD} restartPolicy"), put("Deployment", f"{POD} restartPolicy", "Never"))
def restart_policy(manifest):
    for pod in manifest.pods():
        if pod.spec.get("restartPolicy") not in ("Always", "OnFailure"):
            yield pod.owner, str(pod.spec.get("restartPolicy"))


@optional("dnsconfig-options", cut("Deployment", f"{POD} dnsConfig"))
def dnsconfig_options(manifest):
    for pod in manifest.pods():
        if not any(option.get("name") == "ndots" and option.get("value") == "2" for option in dig(pod.spec, "dnsConfig", "options") or []):
            yield pod.owner, "ndots is not 2"


@default("job-ttl-seconds-after-finished", cut("Job", "spec ttlSecondsAfterFinished"), put("CronJob", "spec jobTemplate spec ttlSecondsAfterFinished", 60))
def job_ttl(manifest):
    for job in manifest.of("Job"):
        if dig(job, "spec", "ttlSecondsAfterFinished") is None:
            yield job, "a finished Job stays for ever"
    for job in manifest.of("CronJob"):
        if dig(job, "spec", "jobTemplate", "spec", "ttlSecondsAfterFinished") is not None:
            yield job, "works against the history limits"


@default("mismatching-selector", put("Deployment", "spec selector matchLabels app", "other"))
def mismatching_selector(manifest):
    for pod in manifest.pods("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        if not selects(dig(pod.owner, "spec", "selector"), pod.labels):
            yield pod.owner, "the selector does not match the template"


@default("pdb-max-unavailable", put("PodDisruptionBudget", "spec maxUnavailable", 0), put("PodDisruptionBudget", "spec maxUnavailable", "0%"))
def pdb_max_unavailable(manifest):
    for budget in manifest.of("PodDisruptionBudget"):
        if dig(budget, "spec", "maxUnavailable") in (0, "0", "0%"):
            yield budget, "no pod may ever be moved"


@default("pdb-min-available", put("PodDisruptionBudget", "spec minAvailable", "100%"), put("PodDisruptionBudget", "spec minAvailable", 3))
def pdb_min_available(manifest):
    for budget in manifest.of("PodDisruptionBudget"):
        least = dig(budget, "spec", "minAvailable")
        for pod in manifest.services():
            if least is not None and selects(dig(budget, "spec", "selector"), pod.labels):
                replicas = dig(pod.owner, "spec", "replicas") or 1
                if least == "100%" or (isinstance(least, int) and least >= replicas):
                    yield budget, f"{least} of {replicas}"


@default("pdb-unhealthy-pod-eviction-policy", cut("PodDisruptionBudget", "spec unhealthyPodEvictionPolicy"))
def pdb_unhealthy(manifest):
    for budget in manifest.of("PodDisruptionBudget"):
        if not dig(budget, "spec", "unhealthyPodEvictionPolicy"):
            yield budget, "not set"


# --- references between objects ------------------------------------------------------------------------------------


def makes_pods(manifest, namespace, selector):
    return any(pod.namespace == namespace and selects(selector, pod.labels) for pod in manifest.pods())


@default("dangling-service", put("Service", "spec selector app", "other"), cut("Service", "spec selector"))
def dangling_service(manifest):
    for service in manifest.of("Service"):
        selector = dig(service, "spec", "selector")
        if not selector or not makes_pods(manifest, service["metadata"]["namespace"], {"matchLabels": selector}):
            yield service, "selects no pod"


@optional("dangling-ingress", put("Ingress", "spec rules 0 http paths 0 backend service name", "other"))
def dangling_ingress(manifest):
    ports = {(service["metadata"]["name"], port) for service in manifest.of("Service") for own in service["spec"]["ports"] for port in (own.get("name"), own["port"])}
    for ingress in manifest.of("Ingress"):
        for host in dig(ingress, "spec", "rules") or []:
            for path in dig(host, "http", "paths") or []:
                service = path["backend"]["service"]
                if (service["name"], service["port"].get("number") or service["port"].get("name")) not in ports:
                    yield ingress, service["name"]


@optional("dangling-horizontalpodautoscaler", put("HorizontalPodAutoscaler", "spec scaleTargetRef name", "other"))
def dangling_autoscaler(manifest):
    names = {name_of(obj) for obj in manifest.objects}
    for scaler in manifest.of("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if f"{target['kind']}/{target['name']}" not in names:
            yield scaler, target["name"]


@optional("dangling-networkpolicy", put("NetworkPolicy", "spec podSelector matchLabels app", "other"))
def dangling_networkpolicy(manifest):
    for policy in manifest.of("NetworkPolicy"):
        if not makes_pods(manifest, policy["metadata"]["namespace"], dig(policy, "spec", "podSelector")):
            yield policy, "selects no pod"


@optional("dangling-networkpolicypeer-podselector", put("NetworkPolicy", "spec egress 0 to 0 podSelector matchLabels app", "other"))
def dangling_networkpolicy_peer(manifest):
    for policy in manifest.of("NetworkPolicy"):
        for way, end in (("ingress", "from"), ("egress", "to")):
            for peer in [peer for hop in dig(policy, "spec", way) or [] for peer in hop.get(end) or []]:
                if "podSelector" in peer and "namespaceSelector" not in peer:
                    if not makes_pods(manifest, policy["metadata"]["namespace"], peer["podSelector"]):
                        yield policy, str(peer["podSelector"])


@optional(
    "dangling-servicemonitor",
    add("{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: a, namespace: example}, spec: {selector: {matchLabels: {app: other}}}}"),
)
def dangling_servicemonitor(manifest):
    for monitor in manifest.of("ServiceMonitor"):
        if not any(selects(dig(monitor, "spec", "selector"), dig(service, "metadata", "labels")) for service in manifest.of("Service")):
            yield monitor, "selects no Service"


@optional("non-isolated-pod", remove("NetworkPolicy"))
def non_isolated_pod(manifest):
    for pod in manifest.pods():
        if not manifest.policies_of(pod):
            yield pod.owner, "no NetworkPolicy selects it"


@default("non-existent-service-account", put("Deployment", f"{POD} serviceAccountName", "other"))
def non_existent_service_account(manifest):
    held = {dig(account, "metadata", "name") for account in manifest.of("ServiceAccount")} | {"default", None}
    for pod in manifest.pods():
        if pod.spec.get("serviceAccountName") not in held:
            yield pod.owner, pod.spec["serviceAccountName"]


@optional("default-service-account", put("Deployment", f"{POD} serviceAccountName", "default"), cut("Deployment", f"{POD} serviceAccountName"))
def default_service_account(manifest):
    for pod in manifest.pods():
        if pod.spec.get("serviceAccountName", "") in ("", "default"):
            yield pod.owner, "default"


@default("deprecated-service-account-field", put("Deployment", f"{POD} serviceAccount", "web"))
def deprecated_service_account_field(manifest):
    for pod in manifest.pods():
        if "serviceAccount" in pod.spec:
            yield pod.owner, pod.spec["serviceAccount"]


# --- form of objects -----------------------------------------------------------------------------------------------


@optional("required-annotation-email", cut("Deployment", "metadata annotations email"))
def required_annotation_email(manifest):
    for pod in manifest.pods():
        if not re.search(r"[\w.+-]+@[\w-]+\.[\w.-]+", dig(pod.owner, "metadata", "annotations", "email") or ""):
            yield pod.owner, "no email"


@optional("required-label-owner", cut("Deployment", "metadata labels owner"))
def required_label_owner(manifest):
    for pod in manifest.pods():
        if not dig(pod.owner, "metadata", "labels", "owner"):
            yield pod.owner, "no owner"


@default("no-extensions-v1beta", put("Ingress", "apiVersion", "extensions/v1beta1"))
def no_extensions_v1beta(manifest):
    for obj in manifest.objects:
        if obj["apiVersion"].startswith("extensions/v1beta"):
            yield obj, obj["apiVersion"]


@optional("use-namespace", put("Deployment", "metadata namespace", "default"), cut("Service", "metadata namespace"))
def use_namespace(manifest):
    for obj in [pod.owner for pod in manifest.pods()] + manifest.of("Service"):
        if dig(obj, "metadata", "namespace") in (None, "", "default"):
            yield obj, "default"


@optional("schema-validation", put("Deployment", "spec replicaCount", 3), put("Service", "spec ports 0 port", "x"))
def schema_validation(manifest):
    for obj in manifest.objects:
        try:
            kubernetes_validate.validate(obj, kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            continue
        except kubernetes_validate.ValidationError as fault:
            yield obj, fault.message


def unsorted(node, place=""):
    if isinstance(node, dict):
        if list(node) != sorted(node):
            yield place or "the object"
        for key, value in node.items():
            yield from unsorted(value, f"{place}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from unsorted(value, f"{place}[{index}]")


def _out_of_order(objects):
    objects[2] = dict(reversed(objects[2].items()))
    return objects


@optional("sorted-keys", _out_of_order)
def sorted_keys(manifest):
    for obj in manifest.objects:
        places = list(unsorted(obj))
        if places:
            yield obj, f"{len(places)} maps, first {places[0]}"


# --- rights --------------------------------------------------------------------------------------------------------


def bound(manifest, resources, verbs):
    """Bindings whose role grants one of the verbs on one of the resources."""
    for binding in manifest.bindings():
        for obj, grant in manifest.grants():
            if name_of(obj) == f"{binding['roleRef']['kind']}/{binding['roleRef']['name']}" and allows(grant, resources, verbs):
                yield binding, f"{grant['resources']} {grant['verbs']}"


@optional("access-to-secrets", role(["secrets"], ["get"]))
def access_to_secrets(manifest):
    return bound(manifest, ["secrets"], ["get", "list", "delete", "create", "watch", "update", "patch"])


@optional("access-to-create-pods", role(["pods"], ["create"]), role(["jobs"], ["create"], ["batch"]))
def access_to_create_pods(manifest):
    return bound(manifest, ["pods", "deployments", "statefulsets", "replicasets", "daemonsets", "jobs", "cronjobs", "replicationcontrollers"], ["create"])


@optional("cluster-admin-role-binding", bind("cluster-admin", {"kind": "User", "name": "a"}))
def cluster_admin_role_binding(manifest):
    for binding in manifest.of("ClusterRoleBinding"):
        if binding["roleRef"]["name"] == "cluster-admin":
            yield binding, "cluster-admin"


@optional("wildcard-in-rules", role(["*"], ["get"]), role(["pods"], ["*"]))
def wildcard_in_rules(manifest):
    for obj, grant in manifest.grants():
        if "*" in [word for key in ("resources", "verbs") for word in grant.get(key) or []]:
            yield obj, str(grant)


@optional(
    "scc-deny-privileged-container",
    add("{apiVersion: security.openshift.io/v1, kind: SecurityContextConstraints, metadata: {name: a}, allowPrivilegedContainer: true}"),
)
def scc_deny_privileged_container(manifest):
    for obj in manifest.of("SecurityContextConstraints"):
        if obj.get("allowPrivilegedContainer"):
            yield obj, "allowPrivilegedContainer"
