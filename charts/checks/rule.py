"""A rule: its tool, its name there, what breaks it, and an example that must break it.

Rules are asserted where the tool itself cannot be installed. Each restates what the tool's documentation and behaviour say,
in our own words; `selftest` shows of each that a good example passes and that its bad ones are caught.
"""
import copy
import json
import pathlib
from dataclasses import dataclass, field

import yaml

from manifest import Manifest

GOOD = pathlib.Path(__file__).with_name("good.yaml")
RULES = {}


@dataclass(frozen=True)
class Rule:
    tool: str
    name: str
    find: callable
    bad: list = field(default_factory=list)
    # Groups in which a tool reports the rule, as a default set, a framework or a severity.
    groups: frozenset = frozenset()

    @property
    def key(self):
        return f"{self.tool} {self.name}"

    def findings(self, manifest):
        """(object, text) of all that breaks the rule."""
        return list(self.find(manifest))


def rule(tool, name, *bad, groups=()):
    """Register a generator of findings; `bad` are changes to the good example, each of which must be caught."""

    def register(find):
        made = Rule(tool, name, find, list(bad), frozenset(groups))
        if made.key in RULES:
            raise ValueError(f"two rules are named {made.key}")
        RULES[made.key] = made
        return find

    return register


# --- changes that make a good example bad -------------------------------------------------------------------------


def _steps(path):
    return [int(step) if step.isdigit() else step for step in path.split()]


def put(kind, path, value):
    """Set what stands at a path, its steps apart by spaces, in the first object of a kind."""

    def change(objects):
        node = next(obj for obj in objects if obj["kind"] == kind)
        *way, last = _steps(path)
        for step in way:
            if isinstance(node, dict) and step not in node:
                node[step] = {}
            node = node[step]
        if isinstance(node, list) and last == len(node):
            node.append(value)
        else:
            node[last] = value
        return objects

    return change


def cut(kind, path):
    """Take away what stands at a path."""

    def change(objects):
        node = next(obj for obj in objects if obj["kind"] == kind)
        *way, last = _steps(path)
        for step in way:
            node = node[step]
        del node[last]
        return objects

    return change


def add(text):
    """Add objects."""
    return lambda objects: objects + list(yaml.safe_load_all(text))


def remove(kind):
    """Take away all objects of a kind."""
    return lambda objects: [obj for obj in objects if obj["kind"] != kind]


def role(resources, verbs, groups=("",), kind="Role"):
    """Add a role that grants the verbs on the resources, bound to an account."""
    metadata = {"name": "granted", "namespace": "example"}
    subjects = [{"kind": "ServiceAccount", "name": "web", "namespace": "example"}]
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "granted"}
    rules = [{"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}]
    made = [
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": f"{kind}Binding", "metadata": metadata, "roleRef": reference, "subjects": subjects},
    ]
    return lambda objects: objects + copy.deepcopy(made)


def bind(reference, subject):
    """Add a binding across the cluster."""
    made = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "bound"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": reference},
        "subjects": [subject],
    }
    return lambda objects: objects + [copy.deepcopy(made)]


def selftest(made):
    """What is wrong with a rule itself: the good example broken by it, or a bad one not caught."""
    # Through JSON, so that objects which repeat each other's pod can be changed apart.
    good = json.loads(json.dumps(yaml.safe_load(GOOD.read_text())))
    faults = []
    for obj, text in made.findings(Manifest(copy.deepcopy(good))):
        faults.append(f"the good example breaks it: {obj['kind']}: {text}")
    if not made.bad:
        faults.append("it has no bad example")
    for number, change in enumerate(made.bad, 1):
        if not made.findings(Manifest(change(copy.deepcopy(good)))):
            faults.append(f"bad example {number} is not caught")
    return faults
