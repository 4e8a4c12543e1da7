"""Three servers on one database and one ReadWriteMany claim: whichever answers, the answer is right, and none is missed.

Pods are asked one by one by their address, then all of them through the Service while they are exchanged.
"""
import itertools
import json
import time

from _cluster import NAME, Release, call, need_node, ready
from _images import png
from _lib import Suite, wait_until
from _people import Laboratory, Viewer, Writer

# Who may do what is kept in memory for so long; the design says 10 s.
REVOKED_WITHIN = 12
SETTINGS = ["server.replicas=3", "storage.slides.accessMode=ReadWriteMany", "database.poolSize=8"]


class Servers:
    def __init__(self, release):
        self.release = release
        self.laboratory = Laboratory(release)
        self.meet()

    def meet(self):
        """The admin at each pod."""
        self.pods = [pod["metadata"]["name"] for pod in self.release.pods("server")]
        assert len(self.pods) == 3, self.pods
        admin = self.laboratory.admin
        self.at = [admin.again(self.release.address(f"pod/{pod}", 8443)) for pod in self.pods]

    def sessions(self):
        for client in self.at:
            assert client.get("/api/user/current.json").ok()["username"] == "admin"
        fresh = self.at[0].again()
        fresh.cookie = None
        fresh.sign_in(self.release.password())
        others = [fresh.again(client.address) for client in self.at]
        for other in others:
            assert other.get("/api/user/current.json").ok()["username"] == "admin"
        signed_out = fresh.delete("/session").status
        assert signed_out in (200, 204), signed_out
        for other in others:
            wait_until("signing out counts", lambda: other.get("/api/user/current.json").status == 401, REVOKED_WITHIN)

    def reads(self):
        """What one has stored, the others know at once."""
        for one, other in itertools.permutations(self.at, 2):
            made, shape = self.laboratory.annotate(one)
            assert self.laboratory.annotations(other).get(made) == shape
            assert one.delete(f"/api/annotation/{made}.json").status == 200
            assert made not in self.laboratory.annotations(other)

    def uploads(self):
        """A picture given to one is converted by any and shown by all, byte for byte the same."""
        images = [self.laboratory.upload(f"picture-{i}.png", png(1500, 1200, i), client) for i, client in enumerate(self.at)]
        for image in images:
            plane = self.at[0].get(f"/api/imageinstance/{image}/sliceinstance/reference.json").ok()["id"]
            answers = [client.get(f"/api/sliceinstance/{plane}/tile/level/0/tx/1/ty/1.jpg") for client in self.at]
            assert [answer.status for answer in answers] == [200, 200, 200], [answer.status for answer in answers]
            assert len({answer.body for answer in answers}) == 1, "servers show different pixels"

    def queue(self):
        """Many pictures at once: each is converted once, whoever takes it."""
        project = self.laboratory.project
        listed = f"/api/project/{project}/imageinstance.json?max=0"
        before = len(self.at[0].get(listed).ok()["collection"])
        files = set()
        for number, client in zip(range(9), itertools.cycle(self.at)):
            query = f"idStorage={self.laboratory.storage}&idProject={project}&sync=False"
            answer = client.upload(f"many-{number}.png", png(600, 500, number), query).ok()[0]
            files.add(answer["uploadedFile"]["id"])

        def settled():
            rows = {row["id"]: row["status"] for row in self.at[1].get("/api/uploadedfile.json?max=0").ok()["collection"]}
            return all(rows[one] >= 100 or rows[one] % 2 for one in files) and {one: rows[one] for one in files}

        status = wait_until("all pictures are converted", settled, 60)
        assert all(one % 2 == 0 for one in status.values()), status
        assert len(self.at[2].get(listed).ok()["collection"]) == before + 9

    def under_load(self, change):
        """Runs a change while people look at tiles through the Service; no request may fail."""
        need_node("load through the Service")
        viewers = [Viewer(self.laboratory, keep) for keep in (True, False, True, False)]
        for viewer in viewers:
            viewer.start()
        try:
            begun = time.monotonic()
            change()
            seconds = time.monotonic() - begun
            time.sleep(2)
        finally:
            for viewer in viewers:
                viewer.ending.set()
        for viewer in viewers:
            viewer.join(60)
        failures = [text for viewer in viewers for text in viewer.failures]
        done = sum(viewer.done for viewer in viewers)
        print(f"         {done} tiles in {seconds:.0f} s, {len(failures)} failed", flush=True)
        assert done > 100, f"only {done} tiles: that is no load"
        assert not failures, "\n".join(failures[:10])

    def all_new(self, change):
        """The change replaces every pod."""
        old = {pod["metadata"]["uid"] for pod in self.release.pods("server")}

        def run():
            change()
            self.release.wait_ready()

        self.under_load(run)
        new = {pod["metadata"]["uid"] for pod in self.release.pods("server")}
        assert not old & new and len(new) == 3, "not every pod was replaced"

    def upgrade(self):
        self.all_new(lambda: self.release.upgrade("server.podAnnotations.e2e=upgraded"))

    def rollback(self):
        self.all_new(lambda: self.release.helm("rollback", NAME, "--wait", "--timeout", "180s"))

    def deletion(self):
        """One pod after another is deleted; the others answer, and no acknowledged annotation is lost."""

        def change():
            for pod in self.release.pods("server"):
                self.release.kubectl("delete", "pod", pod["metadata"]["name"], "--wait=false")
                wait_until("three others are ready", lambda: sum(map(ready, self.release.pods("server"))) == 3, 60)

        with Writer(self.laboratory, 0.1) as writer:
            self.under_load(change)
        assert not writer.failures, writer.failures[:5]
        writer.check()

    def budget(self):
        """A drain may take one server at a time: the next has to wait until there are three again."""
        answers = []
        for pod in self.release.pods("server")[:2]:
            name = pod["metadata"]["name"]
            body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": self.release.namespace}}
            path = f"/api/v1/namespaces/{self.release.namespace}/pods/{name}/eviction"
            answers.append(call("kubectl", "create", "--raw", path, "-f", "-", stdin=json.dumps(body), check=False))
        assert answers[0].returncode == 0, answers[0].stderr
        assert answers[1].returncode != 0 and "disruption budget" in answers[1].stderr, answers[1].stdout + answers[1].stderr


CASES = [
    ("a session counts at every server, and its end as well", Servers.sessions),
    ("what one server stores, the others know at once", Servers.reads),
    ("pictures uploaded to any server are shown by all alike", Servers.uploads),
    ("a queue that three servers share does each task once", Servers.queue),
    ("a rolling upgrade under load fails no request", Servers.upgrade),
    ("a rollback under load fails no request", Servers.rollback),
    ("deleting each server under load fails no request and loses no annotation", Servers.deletion),
    ("a drain may take one server at a time", Servers.budget),
]


def main():
    suite = Suite()
    with Release(suite, *SETTINGS) as release:
        if suite.case("three servers, installed by the three steps", release.three_steps):
            servers = suite.case("each is met", Servers, release)
            for name, case in CASES if servers else []:
                suite.case(name, case, servers)
    suite.finish()


if __name__ == "__main__":
    main()
