"""Bad files, by upload and by import: refused at once without a trace, or opened and served tile by tile.

Every file of the shared folder `slides/malformed`, and random bytes under a slide's name. A refusal has the form of
the upload protocol, names the file, the cause and what to do, and leaves neither a row nor a byte. What is opened
answers each of its tiles with 200, or with 422 and the cause. Either within 2 s after the last byte, within 200 MiB
above what the server needed before, and the server lives on. What failed later, in its conversion, keeps its row
with an odd status and the cause, without bytes, and can be deleted.
"""
import collections
import random
import re
import time

from _http import Client, message
from _images import promising_jpeg, promising_png
from _lib import SHARED, SLIDE, Place, Server, Suite, databases, wait_until

SECONDS = 2
MEBIBYTES = 200
# Of a grid larger than this, tiles are drawn at random: a header may promise billions.
TILES = 3000
SEED = 20


def samples():
    """Name and content of everything that is tried."""
    dice = random.Random(SEED)
    for size, name in ((0, "empty.svs"), (1, "one.tif"), (7, "seven.jpg"), (100, "hundred.png"), (4096, "page.ndpi"),
                       (100_000, "noise.svs"), (3_000_000, "noise.tiff")):
        yield name, dice.randbytes(size)
    # Noise behind a beginning that is right.
    whole = SLIDE.read_bytes()
    for beginning in (8, 16, 1000):
        yield f"noise-after-{beginning}.svs", whole[:beginning] + dice.randbytes(200_000)
    yield "noise-after-signature.png", b"\x89PNG\r\n\x1a\n" + dice.randbytes(50_000)
    yield "noise-after-signature.jpg", b"\xff\xd8\xff\xe0" + dice.randbytes(50_000)
    # Headers that promise gigapixels in a few bytes.
    yield "promises-40-gigapixels.png", promising_png(200_000, 200_000)
    for progressive in (False, True):
        yield f"promises-progressive-{progressive}.jpg".lower(), promising_jpeg(65_000, 65_000, progressive)
    yield "cut.svs", whole[: len(whole) // 3]
    if SHARED:
        for file in sorted((SHARED / "slides/malformed").rglob("*")):
            if file.is_file():
                yield file.name, file.read_bytes()


class Bad:
    """Tries samples on one server."""

    def __init__(self, place, server):
        self.place, self.server = place, server
        self.client = Client(server.url).sign_in(server.password)
        self.project = self.client.post("/api/project.json", {"name": "Bad"}).ok()["project"]["id"]
        self.storage = self.client.get("/api/storage.json").ok()["collection"][0]["id"]
        self.fates = collections.Counter()

    def rows(self):
        """All uploaded files by id."""
        answer = self.client.get("/api/uploadedfile.json?max=0").ok()
        return {row["id"]: row for row in answer["collection"]}

    def images(self):
        """All images of the project."""
        return self.client.get(f"/api/project/{self.project}/imageinstance.json?max=0").ok()["collection"]

    def traces(self):
        """All that an accepted file leaves."""
        bases = self.client.get("/api/abstractimage.json?max=0").ok()["collection"]
        return set(self.rows()), {image["id"] for image in bases}, self.place.slides(), self.place.staging()

    def upload(self, name, content):
        """One sample by HTTP. Memory is counted until the last tile."""
        before = self.traces()
        at_rest = self.server.memory()
        self.server.forget_peak()
        sent = []
        query = f"idStorage={self.storage}&idProject={self.project}&projects={self.project}&sync=False"
        answer = self.client.upload(name, content, query, pause=lambda now, all_: sent.append(time.monotonic()))
        if answer.status == 200:
            fate = self.follow(answer.json()[0]["uploadedFile"]["id"], sent[-1])
        else:
            taken = time.monotonic() - sent[-1]
            assert taken < SECONDS, f"refused after {taken:.1f} s"
            fate = "refused: " + self.refused(name, answer)
            assert self.traces() == before, "the refusal left something"
        peak = self.server.memory("VmHWM") - at_rest
        assert peak <= MEBIBYTES, f"{peak:.0f} MiB more than before"
        assert self.server.alive() and self.client.get("/server/ping").status == 200
        self.fates[fate.split(":")[0]] += 1
        print(f"         {name}: {fate} (+{peak:.0f} MiB)", flush=True)

    def refused(self, name, answer):
        """The form of a refusal; returns its text."""
        assert answer.status == 400, f"status {answer.status}: {answer.body[:300]!r}"
        body = answer.json()
        text = message(answer)
        code, params = body[0].pop("code", ""), body[0].pop("params", None)
        assert code and isinstance(params, dict), body
        assert body == [{"status": 500, "error": text, "files": [{"size": 0, "error": text}]}], body
        explained(name, text)
        return text

    def follow(self, upload, last_byte):
        """A file that was taken in: to its final status, then through all its tiles."""

        def final():
            row = self.client.get(f"/api/uploadedfile/{upload}.json").ok()
            return row if row["status"] >= 100 or row["status"] % 2 else None

        row = wait_until("a final status", final, 30)
        taken = time.monotonic() - last_byte
        assert taken < SECONDS, f"status {row['status']} after {taken:.1f} s"
        if row["status"] % 2:
            return self.failed(row)
        image = next(image for image in self.images() if image["baseImage"] == row["image"])
        counts = self.tiles(image)
        # Away with it, so that the next one meets the same lists.
        self.client.delete(f"/api/imageinstance/{image['id']}.json").ok()
        return "opened: " + ", ".join(f"{count} tiles {status}" for status, count in sorted(counts.items()))

    def failed(self, row):
        """A conversion that failed: its row tells why, its bytes are gone, deleting it works."""
        explained(row["originalFilename"], row["error"] or "", needs_name=False)
        assert row["statusText"].startswith("ERROR"), row
        family = [one for one in self.rows().values() if one["id"] == row["id"] or one["parent"] == row["id"]]
        # The rows say so first, then the bytes go: a crash between the two leaves what the sweeper finds.
        names = {one["filename"] for one in family}
        wait_until("its bytes are gone", lambda: not names & self.place.slides(), 5)
        assert row["id"] not in [image.get("uploadedFile") for image in self.images()], "a failed file has an image"
        self.client.delete(f"/api/uploadedfile/{row['id']}.json").ok()
        assert row["id"] not in self.rows()
        return f"failed: {row['error']}"

    def tiles(self, image):
        """Asks for every tile of the native and of the normalized grid; returns counts by status."""
        plane = self.client.get(f"/api/imageinstance/{image['id']}/sliceinstance/reference.json").ok()["id"]
        pyramid = self.client.get(f"/api/sliceinstance/{plane}/pyramid.json").ok()
        base = f"/api/sliceinstance/{plane}"
        native = [
            f"{base}/tile/level/{tier['level']}/tx/{x}/ty/{y}.jpg"
            for tier in pyramid["tiers"]
            for x, y in grid(tier["n_tx"], tier["n_ty"])
        ]
        normalized = []
        for zoom in range(image["zoom"] + 1):
            factor = 256 << (image["zoom"] - zoom)
            columns, rows = -(-image["width"] // factor), -(-image["height"] // factor)
            normalized += [f"{base}/normalized-tile/zoom/{zoom}/tx/{x}/ty/{y}.jpg" for x, y in grid(columns, rows)]
        counts = collections.Counter()
        for path in native + normalized:
            answer = self.client.get(path)
            assert answer.status in (200, 422), f"{path}: {answer.status} {answer.body[:300]!r}"
            if answer.status == 422:
                explained("", message(answer), needs_name=False)
            else:
                assert answer.body[:2] == b"\xff\xd8", f"{path}: {answer.body[:16]!r}"
            counts[answer.status] += 1
        for path in (f"/api/imageinstance/{image['id']}/thumb.png?maxSize=256", f"{base}/window-0-0-99-99.png"):
            answer = self.client.get(path)
            assert answer.status in (200, 422), f"{path}: {answer.status} {answer.body[:300]!r}"
        return counts

    def import_it(self, name, content):
        """One sample by the command line, while the server runs."""
        folder = self.place.folder / "import"
        folder.mkdir(exist_ok=True)
        file = folder / name
        file.write_bytes(content)
        before, images_before = self.traces(), {image["id"] for image in self.images()}
        begun = time.monotonic()
        done = self.place.run("import", file, "--project", "Bad", check=False)
        taken = time.monotonic() - begun
        file.unlink()
        new = [image for image in self.images() if image["id"] not in images_before]
        assert "panicked" not in done.stderr, done.stderr
        # The start of the program is counted, too.
        assert taken < SECONDS + 1, f"{taken:.1f} s"
        if done.returncode:
            assert not new, "refused, and an image all the same"
            line = next((line.strip() for line in done.stdout.splitlines() if "left out" in line), None)
            assert line, f"no reason: {done.stdout}{done.stderr}"
            reason = line.removeprefix("left out").strip().removeprefix(str(folder) + "/")
            explained(name, reason)
            assert reason.count(name) == 1, f"the name is told twice: {reason!r}"
            failed = [row for id_, row in self.rows().items() if id_ not in before[0]]
            if failed:
                # A conversion that failed keeps its row, as with uploads.
                assert all(row["status"] % 2 for row in failed if not row["parent"]), failed
                for row in failed:
                    assert row["filename"] not in self.place.slides(), row
                    if not row["parent"]:
                        self.client.delete(f"/api/uploadedfile/{row['id']}.json").ok()
            else:
                assert self.traces() == before, "the refusal left something"
            return
        assert len(new) == 1, f"{len(new)} images: {done.stdout}"
        self.tiles(new[0])
        self.client.delete(f"/api/imageinstance/{new[0]['id']}.json").ok()

    def import_folder(self):
        """All at once, with one good slide among them: that one comes in, the others are named."""
        folder = self.place.folder / "folder"
        folder.mkdir()
        for i, (name, content) in enumerate(samples()):
            (folder / f"{i}-{name}").write_bytes(content)
        (folder / "good.svs").write_bytes(SLIDE.read_bytes())
        done = self.place.run("import", folder, "--project", "Folder")
        assert re.search(r"imported +\S*/good\.svs", done.stdout), done.stdout
        assert self.client.get("/server/ping").status == 200


    def goes_away(self):
        """A client that leaves in the middle of its upload."""
        before = self.traces()

        def leave(sent, all_):
            if sent > all_ / 2:
                raise ConnectionAbortedError

        try:
            self.client.upload("half.svs", SLIDE.read_bytes(), f"idStorage={self.storage}", pause=leave)
        except ConnectionAbortedError:
            pass
        wait_until("nothing is left of it", lambda: self.traces() == before, 5)

    def strange_names(self):
        """Names that would leave the folder of slides, or confuse those who read them."""
        for name, shown in (("../../outside.svs", "outside.svs"), ("/etc/passwd.svs", "passwd.svs"),
                            ("..", ".."), (r"C:\\scans\\x.svs", "x.svs"), ("ä ö;#?%2e.svs", "ä ö;#?%2e.svs")):
            before = self.place.slides()
            answer = self.client.upload(name, SLIDE.read_bytes(), f"idStorage={self.storage}&sync=True")
            file = answer.ok()[0]["uploadedFile"]
            assert file["originalFilename"] == shown, file["originalFilename"]
            new = self.place.slides() - before
            assert new == {file["filename"]}, (new, file["filename"])
            assert not (self.place.folder / "outside.svs").exists()

    def without_rights(self):
        """Uploads by nobody, by a guest, and into a foreign storage or project."""
        before = self.traces()
        made = self.place.json("user", "add", "guest", "--role", "guest", "--json")
        guest = Client(self.server.url).sign_in(made["password"], "guest")
        made = self.place.json("user", "add", "other", "--json")
        other = Client(self.server.url).sign_in(made["password"], "other")
        content = SLIDE.read_bytes()
        for who, query in ((Client(self.server.url), ""), (guest, ""), (other, f"idStorage={self.storage}"),
                           (other, f"idProject={self.project}")):
            answer = who.upload("slide.svs", content, query)
            assert answer.status in (400, 401, 403), f"{answer.status} {answer.body[:300]!r}"
        assert self.traces() == before


def stops(server):
    """A stop that a supervisor would be content with."""
    code = server.stop()
    assert code == 0, f"exit {code}\n{server.read_log()}"


def grid(columns, rows):
    """Every place of a grid, or a sample of a huge one."""
    if columns * rows <= TILES:
        return [(x, y) for y in range(rows) for x in range(columns)]
    dice = random.Random(SEED)
    return [(dice.randrange(columns), dice.randrange(rows)) for _ in range(TILES)]


def explained(name, text, needs_name=True):
    """A text that names file, cause and remedy: "NAME: CAUSE; REMEDY"."""
    if needs_name:
        assert name in text, f"the file is not named: {text!r}"
    cause = text.replace(name, "").strip(": ")
    assert len(cause) > 15 and re.search(r"[;:]|\bor\b", cause), f"no cause with a remedy: {text!r}"
    for inside in ("panic", "src/", "/staging/"):
        assert inside not in cause, f"insides in a message: {text!r}"


def main():
    suite = Suite()
    if not SHARED:
        suite.skip("the malformed files of the shared folder", "CYTOMINE_SHARED is not set")
    for database in databases(suite):
        with Place(database) as place, Server(place) as server:
            bad = suite.case(f"{database}: the server is ready", Bad, place, server)
            if bad is None:
                continue
            for name, content in samples():
                suite.case(f"{database}: upload of {name}", bad.upload, name, content)
            for name, content in samples():
                suite.case(f"{database}: import of {name}", bad.import_it, name, content)
            suite.case(f"{database}: import of a folder with all of them", bad.import_folder)
            suite.case(f"{database}: a client that leaves in the middle of an upload", bad.goes_away)
            suite.case(f"{database}: uploads under strange names", bad.strange_names)
            suite.case(f"{database}: uploads without the right to", bad.without_rights)
            suite.case(f"{database}: it stops in order", stops, server)
            print(f"         {database}: {dict(bad.fates)}", flush=True)
    suite.finish()


if __name__ == "__main__":
    main()
