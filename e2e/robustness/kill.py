"""`kill -9` at random moments of uploading and annotating; after each restart the books are checked.

One data directory on SQLite lives through 50 kills. Before each, several people upload (native slides, pictures to be
converted, slowly and fast) and annotate (one at a time, in bulk, changing, deleting, undoing), and note what the
server acknowledged. After the restart all of that must be there, what was on its way must be there wholly or not at
all, and no image is listed that cannot be shown. What waits for its conversion ends within 30 s.

On PostgreSQL the same with fewer kills: there the database is not killed, but transactions break off all the same.
"""
import random
import threading
import time

from _http import Client
from _images import png, striped_tiff
from _lib import POSTGRESQL, SLIDE, SQLITE, Place, Server, Suite, databases, wait_until

KILLS = {SQLITE: 50, POSTGRESQL: 10}
SEED = 1859
FINAL_WITHIN = 30


class Books:
    """What the server acknowledged, and what was on its way when it died."""

    def __init__(self):
        self.lock = threading.Lock()
        self.uploads = {}  # id of the file -> name
        self.annotations = {}  # id -> location; acknowledged, and alive
        self.deleted = set()  # ids of acknowledged deletions
        self.changing = {}  # id -> the locations that it may have now; None = deleted
        self.arriving = []  # lists of locations of which all or none may have come

    def note(self, change, *arguments):
        with self.lock:
            change(*arguments)


class Person(threading.Thread):
    """Works until the server dies. Every request is entered before it is sent and settled when it is answered."""

    def __init__(self, lives, dice):
        super().__init__(daemon=True)
        self.lives, self.books, self.dice = lives, lives.books, dice
        self.client = lives.client.again(lives.server.url)
        self.failure = None
        self.acts = 0

    def run(self):
        try:
            while True:
                self.act()
                self.acts += 1
        except Exception as cause:  # noqa: BLE001 - told by the main thread
            self.failure = cause

    def act(self):
        raise NotImplementedError


class Uploader(Person):
    def act(self):
        kind = self.dice.randrange(4)
        serial = self.dice.randrange(10**9)
        if kind == 0:
            name, content = f"slide-{serial}.svs", SLIDE.read_bytes()
        elif kind == 1:
            name, content = f"strips-{serial}.tif", striped_tiff(900, 700, serial)
        else:
            name, content = f"picture-{serial}.png", self.lives.pictures[kind - 2]
        delay = self.dice.choice((0, 0, 0.01))
        query = f"idStorage={self.lives.storage}&idProject={self.lives.project}&sync=False"
        answer = self.client.upload(name, content, query, pause=lambda *_: time.sleep(delay))
        file = answer.ok()[0]["uploadedFile"]["id"]
        self.books.note(self.books.uploads.__setitem__, file, name)


class Annotator(Person):
    def act(self):
        act = self.dice.choice((self.add, self.add, self.add_many, self.change, self.delete, self.undo))
        act()

    def shape(self):
        x, y = self.dice.randrange(0, 2000), self.dice.randrange(0, 2800)
        mark = self.dice.randrange(10**6) / 10**6
        return f"POLYGON (({x} {y}, {x} {y + 20}, {x + 30 + mark} {y + 20}, {x} {y}))"

    def body(self, shape):
        return {"location": shape, "image": self.lives.image, "term": [self.lives.term]}

    def add(self):
        shape = self.shape()
        arriving = [shape]
        self.books.note(self.books.arriving.append, arriving)
        made = self.client.post("/api/annotation.json", self.body(shape)).ok()["annotation"]
        assert made["location"] == shape, made["location"]
        with self.books.lock:
            self.books.arriving.remove(arriving)
            self.books.annotations[made["id"]] = shape

    def add_many(self):
        shapes = [self.shape() for _ in range(self.dice.randrange(2, 60))]
        self.books.note(self.books.arriving.append, shapes)
        self.client.post("/api/annotation.json", [self.body(shape) for shape in shapes]).ok()
        with self.books.lock:
            self.books.arriving.remove(shapes)
            # Which id each got is told by the next list.
            self.lives.bulk.append(shapes)

    def own(self):
        """Takes an annotation out of the books, so that nobody else works on it."""
        with self.books.lock:
            free = [one for one in self.books.annotations if one not in self.books.changing]
            if not free:
                return None, None
            one = self.dice.choice(free)
            self.books.changing[one] = [self.books.annotations[one]]
            return one, self.books.annotations[one]

    def change(self):
        one, before = self.own()
        if one is None:
            return
        after = self.shape()
        self.books.changing[one] = [before, after]
        body = {**self.body(after), "id": one}
        self.client.put(f"/api/annotation/{one}.json", body).ok()
        with self.books.lock:
            self.books.annotations[one] = after
            del self.books.changing[one]

    def delete(self):
        one, before = self.own()
        if one is None:
            return
        self.books.changing[one] = [before, None]
        self.client.delete(f"/api/annotation/{one}.json").ok()
        with self.books.lock:
            del self.books.annotations[one]
            del self.books.changing[one]
            self.books.deleted.add(one)

    def undo(self):
        one, before = self.own()
        if one is None:
            return
        self.books.changing[one] = [before, None]
        command = self.client.delete(f"/api/annotation/{one}.json").ok()["command"]
        self.client.get(f"/api/command/{command}/undo.json").ok()
        self.books.note(self.books.changing.pop, one)


class Lives:
    """A data directory through all its deaths."""

    def __init__(self, place):
        self.place, self.dice, self.seen = place, random.Random(SEED), set()
        self.books, self.bulk = Books(), []
        self.pictures = [png(900, 700, 1), png(2500, 2000, 2)]
        self.slowest_start, self.slowest_final = 0, 0
        self.acts = 0
        self.server = Server(place)
        keys = place.json("user", "keys", "admin", "--json")
        self.client = Client(self.server.url).sign_with(keys)
        self.client.get("/session/admin/open.json").ok()
        self.ontology = self.client.post("/api/ontology.json", {"name": "Kill"}).ok()["ontology"]["id"]
        body = {"name": "t", "color": "#112233", "ontology": self.ontology}
        self.term = self.client.post("/api/term.json", body).ok()["term"]["id"]
        body = {"name": "Kill", "ontology": self.ontology}
        self.project = self.client.post("/api/project.json", body).ok()["project"]["id"]
        self.storage = self.client.get("/api/storage.json").ok()["collection"][0]["id"]
        query = f"idStorage={self.storage}&idProject={self.project}&sync=True"
        upload = self.client.upload("first.svs", SLIDE.read_bytes(), query).ok()[0]
        self.image = upload["images"][0]["imageInstances"][0]["id"]
        self.books.uploads[upload["uploadedFile"]["id"]] = "first.svs"

    def round(self):
        """People work, the server dies, it starts again, the books are checked."""
        people = [person(self, random.Random(self.dice.random())) for person in (Uploader, Uploader, Annotator, Annotator)]
        for person in people:
            person.start()
        # The first milliseconds hold most of the beginnings; some rounds last.
        time.sleep(self.dice.choice((0.05, 0.3, 0.3, 1.0)) * self.dice.random())
        self.server.kill()
        for person in people:
            person.join(30)
            assert not person.is_alive(), "a request without an answer outlives the server"
            told = isinstance(person.failure, (OSError, EOFError)) or "http.client" in type(person.failure).__module__
            assert told, f"{type(person).__name__}: {person.failure!r}"
            self.acts += person.acts
        self.start()
        self.check_annotations()
        self.check_uploads()

    def start(self):
        self.server = Server(self.place)
        self.slowest_start = max(self.slowest_start, self.server.seconds_to_start)
        self.client = self.client.again(self.server.url)
        self.client.get("/session/admin/open.json").ok()

    def check_annotations(self):
        path = f"/api/annotation.json?project={self.project}&showWKT=true&showTerm=true&max=0"
        listed = self.client.get(path).ok()
        found = {row["id"]: row["location"] for row in listed["collection"]}
        assert len(found) == listed["size"], "an id is listed twice"
        assert all(row["term"] == [self.term] for row in listed["collection"]), "an annotation without its term"
        books = self.books
        changing, arriving = books.changing, books.arriving
        books.changing, books.arriving = {}, []
        for one, location in list(books.annotations.items()):
            allowed = changing.get(one, [location])
            now = found.pop(one, None)
            assert now in allowed, f"annotation {one} is {now}, not {allowed}"
            if now is None:
                del books.annotations[one]
                books.deleted.add(one)
            else:
                books.annotations[one] = now
        revived = books.deleted & set(found)
        assert not revived, f"deleted annotations are back: {revived}"
        unknown = {}
        for one, location in found.items():
            unknown.setdefault(location, []).append(one)
        for shapes, whole in [(shapes, True) for shapes in self.bulk] + [(shapes, False) for shapes in arriving]:
            there = [shape for shape in shapes if unknown.get(shape)]
            assert len(there) == len(shapes) if whole else len(there) in (0, len(shapes)), (
                f"{len(there)} of {len(shapes)} shapes of a bulk are there, acknowledged: {whole}"
            )
            for shape in there:
                books.annotations[unknown[shape].pop()] = shape
        self.bulk = []
        left = [one for ones in unknown.values() for one in ones]
        assert not left, f"annotations that nobody drew: {left}"
        image = self.client.get(f"/api/imageinstance/{self.image}.json").ok()
        assert image["numberOfAnnotations"] == len(books.annotations), "the counter of the image is wrong"

    def files(self):
        listed = self.client.get("/api/uploadedfile.json?max=0").ok()
        return {row["id"]: row for row in listed["collection"]}

    def check_uploads(self):
        begun = time.monotonic()
        files = self.files()
        missing = set(self.books.uploads) - set(files)
        assert not missing, f"acknowledged uploads are gone: {[self.books.uploads[one] for one in missing]}"
        # What is listed at once can be shown at once.
        self.check_images()

        def settled():
            running = [row for row in self.files().values() if row["status"] < 100 and row["status"] % 2 == 0]
            return not running

        wait_until("every upload has its final status", settled, FINAL_WITHIN)
        self.slowest_final = max(self.slowest_final, time.monotonic() - begun)
        files = self.files()
        failed = [(row["originalFilename"], row["error"]) for row in files.values() if row["status"] % 2]
        assert not failed, f"conversions failed: {failed}"
        named = {row["filename"] for row in files.values()}
        stored = self.place.slides()
        assert named == stored, f"rows without bytes: {named - stored}; bytes without a row: {stored - named}"
        assert not self.place.staging(), f"staged files are left: {self.place.staging()}"
        self.check_images()
        shown = {image["baseImage"] for image in self.images()}
        for one in self.books.uploads:
            assert files[one]["image"] in shown, f"no image of {files[one]}"

    def images(self):
        return self.client.get(f"/api/project/{self.project}/imageinstance.json?max=0").ok()["collection"]

    def check_images(self):
        """Every image in the list is whole: it has its plane, and pixels of it come. Old ones were seen before."""
        for image in self.images():
            if image["id"] in self.seen:
                continue
            plane = self.client.get(f"/api/imageinstance/{image['id']}/sliceinstance/reference.json").ok()["id"]
            zoom = image["zoom"]
            for path in (
                f"/api/imageinstance/{image['id']}/thumb.jpg?maxSize=128",
                f"/api/sliceinstance/{plane}/normalized-tile/zoom/{zoom}/tx/0/ty/0.jpg",
                f"/api/sliceinstance/{plane}/normalized-tile/zoom/0/tx/0/ty/0.jpg",
            ):
                answer = self.client.get(path)
                assert answer.status == 200 and answer.body[:2] == b"\xff\xd8", f"{path}: {answer.status} {answer.body[:200]!r}"
            self.seen.add(image["id"])


def main():
    suite = Suite()
    for kind in databases(suite):
        with Place(kind) as place:
            lives = suite.case(f"{kind}: a first slide", Lives, place)
            if lives is None:
                continue
            try:
                for number in range(1, KILLS[kind] + 1):
                    failed = suite.failed
                    suite.case(f"{kind}: kill {number}", lives.round)
                    if suite.failed > failed:
                        print(lives.server.read_log()[-3000:])
                        print(f"         {kind}: stopping after the first failure; what follows would be its echo")
                        break
            finally:
                lives.server.kill()
            print(
                f"         {kind}: {lives.acts} acknowledged acts, {len(lives.books.uploads)} uploads, "
                f"{len(lives.books.annotations)} annotations; slowest start {lives.slowest_start:.2f} s, "
                f"slowest final status {lives.slowest_final:.1f} s after the restart",
                flush=True,
            )
    suite.finish()


if __name__ == "__main__":
    main()
