"""The objects of one rendering, and what rules ask of them: pods of any owner, containers, selectors, grants.

An object is the plain mapping that YAML gives, keys in the order of the file.
"""
import pathlib
from dataclasses import dataclass

import yaml

# Where the pod template stands in each kind that makes pods.
TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
RUN_TO_COMPLETION = ("Job", "CronJob")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def dig(node, *path):
    """The value at a path of keys and indices, or None where a part of the path is missing."""
    for key in path:
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            return None
    return node


def name_of(obj):
    return f"{obj.get('kind')}/{dig(obj, 'metadata', 'name')}"


def selects(selector, labels):
    """Whether a label selector (matchLabels, matchExpressions) matches; an empty one matches all."""
    labels = labels or {}
    if any(labels.get(key) != value for key, value in (dig(selector, "matchLabels") or {}).items()):
        return False
    for term in dig(selector, "matchExpressions") or []:
        value, operator = labels.get(term["key"]), term["operator"]
        holds = {
            "In": lambda: value in term["values"],
            "NotIn": lambda: value not in term["values"],
            "Exists": lambda: value is not None,
            "DoesNotExist": lambda: value is None,
        }[operator]()
        if not holds:
            return False
    return True


@dataclass(frozen=True)
class Pod:
    """A pod template with the object that makes pods of it."""

    owner: dict
    template: dict

    @property
    def kind(self):
        return self.owner["kind"]

    @property
    def spec(self):
        return dig(self.template, "spec") or {}

    @property
    def security(self):
        return dig(self.spec, "securityContext") or {}

    @property
    def labels(self):
        return dig(self.template, "metadata", "labels") or {}

    @property
    def namespace(self):
        return dig(self.owner, "metadata", "namespace")

    @property
    def volumes(self):
        return self.spec.get("volumes") or []

    @property
    def main_containers(self):
        return self.spec.get("containers") or []

    @property
    def containers(self):
        """Main and init containers."""
        return self.main_containers + (self.spec.get("initContainers") or [])


class Manifest:
    """All objects of a rendering."""

    def __init__(self, objects):
        self.objects = [obj for obj in objects if obj]

    @classmethod
    def read(cls, path):
        return cls(yaml.load_all(pathlib.Path(path).read_text(), Loader=_LOADER))

    def of(self, *kinds):
        return [obj for obj in self.objects if obj.get("kind") in kinds]

    def pods(self, *kinds):
        return [
            Pod(obj, dig(obj, *TEMPLATES[obj["kind"]]) or {})
            for obj in self.objects
            if obj.get("kind") in (kinds or TEMPLATES)
        ]

    def services(self):
        """Pods that are to run on, not to an end."""
        return [pod for pod in self.pods() if pod.kind not in RUN_TO_COMPLETION]

    def containers(self):
        return [(pod, container) for pod in self.pods() for container in pod.containers]

    def env(self):
        return [(pod, container, env) for pod, container in self.containers() for env in container.get("env") or []]

    def policies_of(self, pod):
        return [
            policy
            for policy in self.of("NetworkPolicy")
            if dig(policy, "metadata", "namespace") == pod.namespace and selects(dig(policy, "spec", "podSelector"), pod.labels)
        ]

    def config_entries(self):
        return [(obj, key, value) for obj in self.of("ConfigMap") for key, value in (obj.get("data") or {}).items()]

    def grants(self):
        """(role, rule) of each Role and ClusterRole."""
        return [(role, rule) for role in self.of("Role", "ClusterRole") for rule in role.get("rules") or []]

    def bindings(self):
        return self.of("RoleBinding", "ClusterRoleBinding")


def allows(rule, resources, verbs, groups=None):
    """Whether a rule of a role grants one of the verbs on one of the resources; a wildcard grants all."""

    def meets(key, wanted):
        given = rule.get(key) or []
        return "*" in given or bool(set(given) & set(wanted))

    return meets("resources", resources) and meets("verbs", verbs) and (groups is None or meets("apiGroups", groups))
