"""Who reaches whom: nobody but those that must.

Probes are pods of the database's image, which has a shell. An unlabelled one stands for a stranger's workload, ones with
the labels of our parts for a part that was taken over: policies select by label, so they hold for these as well. Each way
that must be closed is tried by a pod that has another way open, so that a pod without any network proves nothing.
"""
import json
import time

from _cluster import NAME, Release, kubectl, make_namespace, objects
from _lib import Suite, wait_until

# A new pod's address reaches the policies of some networks about a second after its start.
SETTLE = 2
METADATA = ("169.254.169.254", 80)
INTERNET = ("1.1.1.1", 443)


def probe_pod(name, image, labels):
    """A pod that sleeps and can be asked to connect somewhere."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 10999, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "probe",
                    "image": image,
                    "command": ["sleep", "600"],
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                }
            ],
        },
    }


class Paths:
    def __init__(self, release, edge):
        self.release, self.edge = release, edge
        postgres = release.pods("postgres")[0]
        server = release.pods("server")[0]
        self.image = postgres["spec"]["containers"][0]["image"]
        services = {one["metadata"]["name"]: one["spec"] for one in release.objects("services")}
        kubernetes = objects("-n", "default", "service", "kubernetes")[0]["spec"]["clusterIP"]
        self.database = (postgres["status"]["podIP"], 5432)
        self.pod = (server["status"]["podIP"], 8443)
        self.service = (services[NAME]["clusterIP"], 443)
        self.admin = (server["status"]["podIP"], 9090)
        self.api_server = (kubernetes, 443)
        self.dns = (objects("-n", "kube-system", "service", "kube-dns")[0]["spec"]["clusterIP"], 53)
        pods = [
            (release.namespace, "stranger", {}),
            (release.namespace, "as-server", {"cytomine.org/workload": NAME}),
            (release.namespace, "as-postgres", {"cytomine.org/workload": f"{NAME}-postgres"}),
            (edge, "edge", {}),
        ]
        self.places = {name: namespace for namespace, name, _ in pods}
        for namespace, name, labels in pods:
            kubectl("-n", namespace, "create", "-f", "-", stdin=json.dumps(probe_pod(name, self.image, labels)))
        for name, namespace in self.places.items():
            kubectl("-n", namespace, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
        time.sleep(SETTLE)

    def reached(self, who, *targets):
        """Which of the targets this probe can connect to."""
        script = "\n".join(
            f"(timeout 3 bash -c 'exec 3<>/dev/tcp/{host}/{port}' 2>/dev/null && echo {number}) &"
            for number, (host, port) in enumerate(targets)
        )
        found = kubectl("-n", self.places[who], "exec", who, "--", "bash", "-c", f"{script}\nwait", timeout=30)
        return [targets[int(number)] for number in sorted(found.split())]

    def stranger(self):
        # Its own ways are open: it is what it tries to reach that refuses.
        assert self.reached("stranger", self.api_server) == [self.api_server], "the probe has no network: nothing is proven"
        targets = [self.database, self.admin, self.pod, self.service]
        found = self.reached("stranger", *targets)
        assert not found, f"reached {found}: are NetworkPolicies enforced on this cluster?"

    def other_namespace(self):
        assert self.reached("edge", self.api_server) == [self.api_server], "the probe has no network: nothing is proven"
        found = self.reached("edge", self.database, self.admin)
        assert not found, f"the edge reached {found}"

    def the_edge(self):
        found = self.reached("edge", self.pod, self.service)
        assert found == [self.pod, self.service], f"the edge reached only {found}"

    def server_out(self):
        assert self.reached("as-server", self.database) == [self.database], "the server's label does not reach the database"
        wanted = f"getent hosts {NAME}-postgres"
        self.release.kubectl("exec", "as-server", "--", "sh", "-c", wanted)
        found = self.reached("as-server", self.api_server, METADATA, INTERNET, self.admin, self.pod)
        assert not found, f"a server reached {found}"

    def database_out(self):
        targets = [self.api_server, METADATA, INTERNET, self.admin, self.pod, self.dns, self.database]
        found = self.reached("as-postgres", *targets)
        assert not found, f"the database reached {found}"

    def every_pod_is_covered(self):
        """Each pod of the release is denied everything by default, in both directions."""
        policies = self.release.objects("networkpolicies")
        for pod in self.release.pods():
            mine = [one for one in policies if selects(one["spec"]["podSelector"], pod["metadata"]["labels"])]
            for direction in ("Ingress", "Egress"):
                assert any(direction in one["spec"]["policyTypes"] for one in mine), f"{pod['metadata']['name']}: {direction}"
        for one in policies:
            for rule in one["spec"].get("ingress", []):
                assert rule.get("from"), f"{one['metadata']['name']} lets everybody in"

    def kubelet(self):
        """Probes come from the node and are no pod's: they work under the policies, or nothing would be ready."""
        wait_until("all pods are ready", lambda: all(
            state["ready"] for pod in self.release.pods() for state in pod["status"]["containerStatuses"]
        ), 30)


def selects(selector, labels):
    """Whether a label selector selects a pod with these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for rule in selector.get("matchExpressions", []):
        inside = labels.get(rule["key"]) in rule.get("values", [])
        if rule["operator"] == "In" and not inside or rule["operator"] == "NotIn" and inside:
            return False
        if rule["operator"] == "Exists" and rule["key"] not in labels:
            return False
    return True


CASES = [
    ("every pod is selected by a policy in both directions, and no rule lets everybody in", Paths.every_pod_is_covered),
    ("an unlabelled pod reaches neither database, nor port 9090, nor the server", Paths.stranger),
    ("a pod of another namespace reaches neither database nor port 9090", Paths.other_namespace),
    ("the edge reaches the server", Paths.the_edge),
    ("a server reaches its database and names, but no internet, API server, metadata or other server", Paths.server_out),
    ("a database reaches nothing", Paths.database_out),
    ("the kubelet's probes pass", Paths.kubelet),
]


def main():
    suite = Suite()
    release = Release(suite)
    edge = f"{release.namespace}-edge"
    peer = "networkPolicy.edge.from[0].namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name"
    release.settings.append(f"{peer}={edge}")
    with release:
        make_namespace(edge)
        try:
            if suite.case("installed by the three steps, with a namespace for the edge", release.three_steps):
                paths = suite.case("probes run", Paths, release, edge)
                for name, case in CASES if paths else []:
                    suite.case(name, case, paths)
        finally:
            kubectl("delete", "namespace", edge, "--wait=false", check=False)
    suite.finish()


if __name__ == "__main__":
    main()
