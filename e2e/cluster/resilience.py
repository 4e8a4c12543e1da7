"""Pods go while people write: every acknowledged annotation is there afterwards, and everything is ready again by itself.

The default installation: one server, one database. What several servers must do is in `replicas.py`.
"""
import json
import time

from _cluster import Release, ready, restarts
from _lib import Suite, wait_until
from _people import Laboratory, Writer

# From the death of a pod to the next acknowledged annotation.
BACK_WITHIN = 90


class Deaths:
    def __init__(self, release):
        self.release = release
        self.laboratory = Laboratory(release)

    def survive(self, component, end):
        """Lets a writer work, ends a pod with `end(name)`, and waits until new annotations are acknowledged."""
        pod = self.release.pods(component)[0]["metadata"]
        with Writer(self.laboratory) as writer:
            wait_until("ten annotations", lambda: len(writer.acknowledged) >= 10, 30)
            end(pod["name"])
            begun = time.monotonic()

            def another():
                return any(one["metadata"]["uid"] != pod["uid"] and ready(one) for one in self.release.pods(component))

            wait_until(f"another pod is ready in the place of {pod['name']}", another, BACK_WITHIN)
            self.release.wait_ready(BACK_WITHIN)
            seen = len(writer.acknowledged)
            wait_until("annotations are acknowledged again", lambda: len(writer.acknowledged) >= seen + 10, BACK_WITHIN)
            seconds = time.monotonic() - begun
        print(f"         {len(writer.acknowledged)} acknowledged, {len(writer.failures)} refused, {seconds:.0f} s {sorted(set(text[9:] for text in writer.failures))}", flush=True)
        writer.check()

    def delete(self, *flags):
        return lambda pod: self.release.kubectl("delete", "pod", pod, "--wait=false", *flags)

    def evict(self, pod):
        """What `kubectl drain` does."""
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": self.release.namespace}}
        path = f"/api/v1/namespaces/{self.release.namespace}/pods/{pod}/eviction"
        self.release.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(body))

    def delete_server(self):
        self.survive("server", self.delete())

    def kill_server(self):
        self.survive("server", self.delete("--grace-period=0", "--force"))

    def delete_database(self):
        self.survive("postgres", self.delete())

    def kill_database(self):
        self.survive("postgres", self.delete("--grace-period=0", "--force"))

    def drain(self):
        self.survive("server", self.evict)
        self.survive("postgres", self.evict)

    def unchanged(self):
        """An upgrade with nothing changed restarts nothing and changes no Secret."""
        release = self.release
        pods, secrets = restarts(release.pods()), versions(release)
        release.upgrade()
        time.sleep(2)
        assert restarts(release.pods()) == pods, "an upgrade with nothing changed restarted pods"
        after = versions(release)
        assert after == secrets, f"changed: {[name for name in after if after[name] != secrets.get(name)]}"

    def nothing_restarted_by_its_own(self):
        """Every pod is a fresh one: what died was replaced, and nothing fell over with it."""
        for pod in self.release.pods("postgres"):
            assert restarts([pod])[pod["metadata"]["uid"]] == [0], pod["metadata"]["name"]


def versions(release):
    """Content of each Secret, and of the workloads what Kubernetes counts changes by."""
    workloads = release.objects("deployments,statefulsets,cronjobs")
    found = {f"{one['kind']} {one['metadata']['name']}": one["metadata"]["generation"] for one in workloads}
    return {**{f"Secret {name}": data for name, data in release.secrets().items()}, **found}


CASES = [
    ("an upgrade with nothing changed restarts no pod and changes no Secret", Deaths.unchanged),
    ("the server's pod is deleted during writes", Deaths.delete_server),
    ("the server's pod is killed during writes", Deaths.kill_server),
    ("the database's pod is deleted during writes", Deaths.delete_database),
    ("the database's pod is killed during writes", Deaths.kill_database),
    ("both pods are evicted during writes, as a drain does it", Deaths.drain),
    ("the database never restarted by its own", Deaths.nothing_restarted_by_its_own),
]


def main():
    suite = Suite()
    with Release(suite) as release:
        if suite.case("installed by the three steps", release.three_steps):
            deaths = suite.case("a slide and an annotation", Deaths, release)
            for name, case in CASES if deaths else []:
                suite.case(name, case, deaths)
    suite.finish()


if __name__ == "__main__":
    main()
