"""People who use the system: a client that checks certificates, a first slide, a writer and viewers that never rest."""
import http.client
import random
import socket
import ssl
import threading
import time

from _cluster import HOST
from _http import Client
from _lib import SLIDE


class Verified(http.client.HTTPSConnection):
    """To an address, with the certificate checked for the public name."""

    def __init__(self, address, authority, timeout):
        context = ssl.create_default_context(cafile=str(authority))
        super().__init__(HOST, timeout=timeout, context=context)
        self.address = address

    def connect(self):
        plain = socket.create_connection(self.address, self.timeout)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock = self._context.wrap_socket(plain, server_hostname=HOST)
        except BaseException:
            plain.close()
            raise


class Person(Client):
    """A client of a release, by its Service or by one pod."""

    def __init__(self, release, address=None, timeout=30, authority=None):
        super().__init__(f"https://{HOST}", timeout)
        self.release = release
        self.address = address or release.address()
        self.authority = authority or release.authority()

    def connect(self):
        return Verified(self.address, self.authority, self.timeout)

    def again(self, address=None):
        """The same person on a connection of its own, perhaps to another pod."""
        other = Person(self.release, address or self.address, self.timeout, self.authority)
        other.cookie, other.keys = self.cookie, self.keys
        return other


class Laboratory:
    """A project with a slide, made by admin."""

    def __init__(self, release, name="Cluster", password=None):
        self.admin = Person(release).sign_in(password or release.password())
        ontology = self.admin.post("/api/ontology.json", {"name": name}).ok()["ontology"]["id"]
        body = {"name": "t", "color": "#112233", "ontology": ontology}
        self.term = self.admin.post("/api/term.json", body).ok()["term"]["id"]
        self.project = self.admin.post("/api/project.json", {"name": name, "ontology": ontology}).ok()["project"]["id"]
        self.storage = self.admin.get("/api/storage.json").ok()["collection"][0]["id"]
        self.image = self.upload(SLIDE.name, SLIDE.read_bytes())
        self.plane = self.admin.get(f"/api/imageinstance/{self.image}/sliceinstance/reference.json").ok()["id"]

    def upload(self, name, content, client=None):
        """Uploads and waits until it is stored; returns the id of the image."""
        query = f"idStorage={self.storage}&idProject={self.project}&sync=True"
        answer = (client or self.admin).upload(name, content, query).ok()[0]
        return answer["images"][0]["imageInstances"][0]["id"]

    def tile(self, dice=random):
        """Path of a tile at full resolution; the slide has 9 by 12 of them."""
        return f"/api/sliceinstance/{self.plane}/tile/level/0/tx/{dice.randrange(8)}/ty/{dice.randrange(11)}.jpg"

    def annotate(self, client=None, shape=None):
        """Draws one; returns its id and what was drawn."""
        x, y = random.randrange(2000), random.randrange(2800)
        shape = shape or f"POLYGON (({x} {y}, {x} {y + 20}, {x + 30 + random.randrange(10**6) / 10**6} {y + 20}, {x} {y}))"
        body = {"location": shape, "image": self.image, "term": [self.term]}
        return (client or self.admin).post("/api/annotation.json", body).ok()["annotation"]["id"], shape

    def annotations(self, client=None):
        """All there are: id and shape."""
        path = f"/api/annotation.json?project={self.project}&showWKT=true&max=0"
        return {row["id"]: row["location"] for row in (client or self.admin).get(path).ok()["collection"]}


class Worker(threading.Thread):
    """Does one thing again and again until it is stopped, and counts what went well and what did not."""

    def __init__(self, pause):
        super().__init__(daemon=True)
        self.pause, self.ending = pause, threading.Event()
        self.done, self.failures = 0, []

    def act(self):
        raise NotImplementedError

    def run(self):
        while not self.ending.is_set():
            try:
                self.act()
                self.done += 1
            except (OSError, http.client.HTTPException, AssertionError) as cause:
                self.failures.append(f"{time.strftime('%X')} {cause!r}"[:300])
            self.ending.wait(self.pause)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.join(90)
        assert not self.is_alive(), "a request has no end"


class Writer(Worker):
    """Annotates, and remembers what was acknowledged."""

    def __init__(self, laboratory, pause=0.05):
        super().__init__(pause)
        self.laboratory, self.client = laboratory, laboratory.admin.again()
        self.client.timeout = 10
        self.acknowledged = {}

    def act(self):
        # A kept connection may be closed while a request is under way; whether to send that again only a person can say.
        self.client.close()
        one, shape = self.laboratory.annotate(self.client)
        self.acknowledged[one] = shape

    def check(self):
        """Each acknowledged annotation is there as it was drawn."""
        found = self.laboratory.annotations(self.laboratory.admin.again())
        lost = {one: shape for one, shape in self.acknowledged.items() if found.get(one) != shape}
        assert not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged annotations are lost or changed: {lost}"


class Viewer(Worker):
    """Looks at tiles: over a kept connection as a browser does, or over a new one each time."""

    def __init__(self, laboratory, keep, pause=0.05):
        super().__init__(pause)
        self.laboratory, self.keep = laboratory, keep
        self.client = laboratory.admin.again()
        self.dice = random.Random(1859)

    def act(self):
        if not self.keep:
            self.client.close()
        answer = self.client.get(self.laboratory.tile(self.dice))
        assert answer.status == 200 and answer.body[:2] == b"\xff\xd8", f"{answer.status} {answer.body[:200]!r}"
