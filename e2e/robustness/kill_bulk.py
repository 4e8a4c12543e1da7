"""`kill -9` in the middle of a long bulk, of its undo and of its redo.

A long bulk is written in many transactions, so a server that dies leaves parts behind. After the restart nobody sees
any of them: all of the bulk is there or nothing, the numbers of the image and of the project agree with the list, and
the books hold no bulk under way.
"""
import random
import sqlite3
import threading
import time

from _http import Client
from _lib import POSTGRESQL, SLIDE, SQLITE, Place, Server, Suite, databases, psql

KILLS = {SQLITE: 12, POSTGRESQL: 6}
# A bulk above 10,000 is a long one; this is some dozens of transactions.
COUNT = 20_000
SEED = 1791


class Life:
    """One project with one image, through all deaths of its server."""

    def __init__(self, place):
        self.place, self.dice = place, random.Random(SEED)
        self.there, self.broken = 0, 0
        # Whether the first bulk is there, and not undone.
        self.inside = True
        self.server = Server(place)
        keys = place.json("user", "keys", "admin", "--json")
        self.client = Client(self.server.url).sign_with(keys)
        self.client.get("/session/admin/open.json").ok()
        ontology = self.client.post("/api/ontology.json", {"name": "Bulk"}).ok()["ontology"]["id"]
        term = {"name": "t", "color": "#112233", "ontology": ontology}
        self.term = self.client.post("/api/term.json", term).ok()["term"]["id"]
        body = {"name": "Bulk", "ontology": ontology}
        self.project = self.client.post("/api/project.json", body).ok()["project"]["id"]
        storage = self.client.get("/api/storage.json").ok()["collection"][0]["id"]
        query = f"idStorage={storage}&idProject={self.project}&sync=True"
        upload = self.client.upload("first.svs", SLIDE.read_bytes(), query).ok()[0]
        self.image = upload["images"][0]["imageInstances"][0]["id"]
        # Who does something else after undoing does nothing again: the imports are somebody else's.
        user = {"username": "bob", "password": "draws-nuclei", "firstname": "Bob", "lastname": "B", "email": "bob@example.org"}
        bob = self.client.post("/api/user.json", user).ok()["user"]["id"]
        self.client.post(f"/api/project/{self.project}/user/{bob}.json", {}).ok()
        self.bob = Client(self.server.url).sign_with(place.json("user", "keys", "bob", "--json"))
        self.bulk = [self.element(number) for number in range(COUNT)]
        self.took = self.first()

    def element(self, number):
        place = f"POINT ({number % 200 * 10} {number // 200 * 10})"
        return {"image": self.image, "location": place, "term": [self.term]}

    def first(self):
        """A whole one, which is undone and done again later; tells what it took, so that kills fall into the others."""
        begun = time.monotonic()
        self.command = self.client.post("/api/annotation.json", self.bulk).ok()["command"]
        self.there = COUNT
        return time.monotonic() - begun

    def act(self):
        """What somebody begins, and by how many annotations there are more after it."""
        if self.dice.random() < 0.4:
            return "import", COUNT
        return ("undo", -COUNT) if self.inside else ("redo", COUNT)

    def round(self):
        """Somebody works, the server dies, it starts again, the books are checked."""
        act, change = self.act()
        answered = []

        def work():
            try:
                if act == "import":
                    self.bob.again().post("/api/annotation.json", self.bulk).ok()
                else:
                    self.client.again().get(f"/api/command/{self.command}/{act}.json").ok()
                answered.append(True)
            except (OSError, EOFError):
                pass
            except Exception as cause:  # noqa: BLE001 - told below
                if "http.client" not in type(cause).__module__:
                    answered.append(cause)

        person = threading.Thread(target=work, daemon=True)
        person.start()
        # Most kills fall between the first and the last of its transactions, some before and some after.
        if self.dice.random() < 0.9:
            while person.is_alive() and not self.under_way():
                time.sleep(0.002)
        time.sleep(self.took * self.dice.random() ** 3)
        self.server.kill()
        person.join(30)
        assert answered in ([], [True]), f"{act}: {answered}"
        under_way = self.under_way()
        self.broken += bool(under_way)
        self.server = Server(self.place)
        self.client, self.bob = self.client.again(self.server.url), self.bob.again(self.server.url)
        self.client.get("/session/admin/open.json").ok()
        self.check(act, change, bool(answered), under_way)

    def check(self, act, change, acknowledged, under_way):
        seen = self.seen()
        allowed = {self.there + change} if acknowledged else {self.there, self.there + change}
        if act == "undo" and under_way:
            # What was on its way out is carried on; what was on its way in is taken back.
            allowed = {self.there + change}
        assert seen in allowed, f"{act}: {seen} annotations, not {sorted(allowed)}"
        assert self.under_way() == 0, "a bulk stands in the books that nobody is at"
        if act != "import" and seen != self.there:
            self.inside = act == "redo"
        self.there = seen
        # Everything goes on as before.
        self.bob.post("/api/annotation.json", self.element(7)).ok()
        self.there += 1
        assert self.seen() == self.there, "a drawing after the restart is not counted"

    def check_broken(self):
        assert self.broken, "every kill came before or after the bulk: nothing was tried"

    def seen(self):
        """How many annotations there are; whoever tells, tells the same."""
        listed = self.client.get(f"/api/annotation.json?project={self.project}&max=1").ok()["size"]
        image = self.client.get(f"/api/imageinstance/{self.image}.json").ok()["numberOfAnnotations"]
        project = self.client.get(f"/api/project/{self.project}.json").ok()["numberOfAnnotations"]
        assert listed == image == project, (listed, image, project)
        return listed

    def under_way(self):
        """Bulks and ranges of ids in the books."""
        statement = "SELECT (SELECT count(*) FROM pending_bulk) + (SELECT count(*) FROM pending_range)"
        if self.place.kind == POSTGRESQL:
            return int(psql(statement, self.place.url))
        with sqlite3.connect(f"file:{self.place.data}/cytomine.db?mode=ro", uri=True) as books:
            return books.execute(statement).fetchone()[0]


def main():
    suite = Suite()
    for kind in databases(suite):
        with Place(kind) as place:
            life = suite.case(f"{kind}: a first bulk", Life, place)
            if life is None:
                continue
            try:
                for number in range(1, KILLS[kind] + 1):
                    failed = suite.failed
                    suite.case(f"{kind}: kill {number}", life.round)
                    if suite.failed > failed:
                        print(life.server.read_log()[-3000:])
                        break
                suite.case(f"{kind}: kills fell into bulks", life.check_broken)
            finally:
                life.server.kill()
            print(f"         {kind}: {life.broken} of {KILLS[kind]} kills fell into a bulk of {COUNT:,}", flush=True)
    suite.finish()


if __name__ == "__main__":
    main()
