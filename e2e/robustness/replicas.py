"""Several servers on one PostgreSQL database and one data directory: right whichever answers, and nothing is lost
when one after the other is replaced. SQLite has one server for a data directory, and says so to the second."""
import collections
import json
import os
import random
import struct
import threading
import time
import zlib

from _crowd import Fleet, Spreader, Turns, ready
from _http import Answer, Client
from _lib import POSTGRES, POSTGRESQL, SLIDE, SQLITE, Place, Server, Suite, psql, run, wait_until

FIRST_STARTS = 20
WITH_DEMO = 3
ACTS_WITHIN = 10
TAKEN_OVER_WITHIN = 120
TILE = "normalized-tile/zoom/4/tx/1/ty/1.jpg"
PEOPLE = 8


def second_on_sqlite(place):
    """A second server on the same SQLite database is refused with words; the command line is not."""
    with Server(place) as server:
        done = place.run("serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", check=False, timeout=20)
        assert done.returncode != 0
        for word in ("another server", "stop it", "--data", "--database"):
            assert word in done.stderr, done.stderr
        assert server.password not in done.stderr + done.stdout
        assert place.json("user", "list", "--json")[0]["username"] == "admin"
        password = server.password
        server.kill()
        with Server(place) as again:
            Client(again.url).sign_in(password)


# --- First starts ---------------------------------------------------------------------------------------------------


def first_start(number):
    """Three servers at once on an empty database: one administrator, one server key, and one demonstration."""
    flags = ["--demo"] if number < WITH_DEMO else []
    with Place(POSTGRESQL) as place, Fleet(place, 3, *flags) as fleet:
        assert len(fleet.passwords()) == 1, f"{len(fleet.passwords())} servers showed a password"
        admin = fleet.sign_in()
        assert psql("SELECT count(*) FROM user_account", place.url) == "1"
        assert psql("SELECT count(*) FROM server_key", place.url) == "1"
        keys = {admin.get("/api/user/current/keys.json").body for _ in range(6)}
        assert len(keys) == 1, "what one server sealed another cannot open"
        projects = [project["name"] for project in admin.get("/api/project.json").ok()["collection"]]
        assert projects == ["Demo"] * bool(flags), projects
        if flags:
            assert psql("SELECT count(*) FROM image_instance", place.url) == "1"
            assert len(place.slides()) == 1, place.slides()


def another_key(place):
    """A server with another key is turned away before it serves."""
    with Server(place):
        other = place.folder / "other.key"
        other.write_text(os.urandom(32).hex())
        other.chmod(0o600)
        flags = [str(other) if flag.endswith("server.key") else flag for flag in place.flags]
        done = run("serve", *flags, "--listen", "127.0.0.1:0", "--metrics-listen", "off", check=False, timeout=20)
        assert done.returncode != 0 and "--key-file" in done.stderr, done.stderr


# --- A user's walk --------------------------------------------------------------------------------------------------


def walk(fleet):
    """Every request goes to the next server, and each sees at once what the one before has done."""
    admin = fleet.sign_in()
    assert admin.everywhere("/session") == [200, 200, 200]
    ontology = admin.post("/api/ontology.json", {"name": "Walk"}).ok()["ontology"]["id"]
    term = admin.post("/api/term.json", {"name": "t", "color": "#112233", "ontology": ontology}).ok()["term"]["id"]
    project = admin.post("/api/project.json", {"name": "Walk", "ontology": ontology}).ok()["project"]["id"]
    for number in range(6):
        upload = admin.upload(f"{number}.svs", SLIDE.read_bytes(), f"idProject={project}&sync=True").ok()[0]
        image = upload["images"][0]["imageInstances"][0]["id"]
        plane = admin.get(f"/api/imageinstance/{image}/sliceinstance/reference.json").ok()["id"]
        tiles = {client.get(f"/api/sliceinstance/{plane}/{TILE}").body for client in admin.clients}
        assert len(tiles) == 1 and tiles.pop()[:2] == b"\xff\xd8", "a tile of a slide imported elsewhere a moment ago"
    for number in range(9):
        location = f"POLYGON (({number} 0, {number} 50, 60 50, {number} 0))"
        body = {"location": location, "image": image, "term": [term]}
        made = admin.post("/api/annotation.json", body).ok()["annotation"]["id"]
        path = f"/api/annotation/{made}.json"
        assert admin.everywhere(path) == [200, 200, 200]
        listed = admin.get(f"/api/annotation.json?image={image}&max=0").ok()
        assert listed["size"] == number + 1, listed["size"]
        moved = location.replace("50", "70")
        admin.put(path, {**body, "id": made, "location": moved}).ok()
        assert admin.get(path).ok()["location"] == moved
        admin.get("/api/command/undo.json").ok()
        assert admin.get(path).ok()["location"] == location
        admin.get("/api/command/redo.json").ok()
        assert admin.get(path).ok()["location"] == moved
        admin.delete(path).ok()
        assert admin.everywhere(path) == [404, 404, 404]
        admin.get("/api/command/undo.json").ok()
        assert admin.everywhere(path) == [200, 200, 200]
    ended = admin.next().send("DELETE", "/session")
    assert ended.status == 204
    begun = time.monotonic()
    wait_until("the session has ended everywhere", lambda: set(admin.everywhere("/session")) == {401}, ACTS_WITHIN)
    print(f"         signed out everywhere after {time.monotonic() - begun:.1f} s", flush=True)


def rights(fleet):
    """A membership, a password and an account that end act on every server within 10 s."""
    admin, place = fleet.sign_in(), fleet.place
    project = admin.post("/api/project.json", {"name": "Rights"}).ok()["project"]["id"]
    upload = admin.upload("a.svs", SLIDE.read_bytes(), f"idProject={project}&sync=True").ok()[0]
    image = upload["images"][0]["imageInstances"][0]["id"]
    plane = admin.get(f"/api/imageinstance/{image}/sliceinstance/reference.json").ok()["id"]
    made = place.json("user", "add", "bob", "--json")
    member, tile = f"/api/project/{project}/user/{made['id']}.json", f"/api/sliceinstance/{plane}/{TILE}"
    bob = Turns([Client(server.url) for server in fleet.servers]).sign_in(made["password"], "bob")
    slowest = 0

    def ends(what):
        nonlocal slowest
        begun = time.monotonic()
        refused = lambda: all(status in (401, 403, 404) for status in bob.everywhere(tile))  # noqa: E731
        wait_until(f"{what} acts on every server", refused, ACTS_WITHIN)
        slowest = max(slowest, time.monotonic() - begun)

    for _ in range(3):
        assert set(bob.everywhere(tile)) <= {403, 404}
        admin.post(member, {}).ok()
        wait_until("the member sees tiles everywhere", lambda: set(bob.everywhere(tile)) == {200}, ACTS_WITHIN)
        admin.delete(member).ok()
        ends("the end of a membership")
    admin.post(member, {}).ok()
    wait_until("the member sees tiles everywhere", lambda: set(bob.everywhere(tile)) == {200}, ACTS_WITHIN)
    made = place.json("user", "password", "bob", "--json")
    ends("a new password")
    bob.sign_in(made["password"], "bob")
    wait_until("the new session is good everywhere", lambda: set(bob.everywhere(tile)) == {200}, ACTS_WITHIN)
    admin.put(f"/api/user/{bob.get('/session').ok()['user']['id']}.json", {"enabled": False}).ok()
    ends("a disabled account")
    print(f"         slowest after {slowest:.1f} s", flush=True)


def sign_in_limit(fleet):
    """Ten failures on any servers are enough for all."""
    place = fleet.place
    password = place.json("user", "add", "carol", "--json")["password"]
    clients = [Client(server.url) for server in fleet.servers]
    body = {"username": "carol", "password": "wrong"}
    answers = [clients[number % 3].send("POST", "/session", body) for number in range(10)]
    assert [answer.status for answer in answers] == [401] * 10
    for client in clients:
        answer = client.send("POST", "/session", {"username": "carol", "password": password})
        assert answer.status == 429 and 1 < int(answer.headers["Retry-After"]) <= 301, answer.status
    # Others are not concerned.
    Client(fleet.servers[0].url).sign_in(place.json("user", "add", "dave", "--json")["password"], "dave")


# --- Files ----------------------------------------------------------------------------------------------------------


def uploads(fleet):
    """An upload goes on while other servers start and stop, and is seen everywhere."""
    admin, results = fleet.sign_in(), []
    content = SLIDE.read_bytes()
    pieces = len(content) / 65536

    def slowly(client):
        try:
            results.append(client.upload("slow.svs", content, "sync=True", pause=lambda *_: time.sleep(6 / pieces)))
        except Exception as cause:  # noqa: BLE001 - looked at below
            results.append(cause)

    thread = threading.Thread(target=slowly, args=(admin.clients[0],), daemon=True)
    thread.start()
    wait_until("the upload has begun", fleet.place.staging, 10)
    # A server that starts, and one that goes, must not take what is under way for a leftover.
    with fleet.another() as passing:
        assert Client(passing.url).get("/server/ping").status == 200
        assert passing.stop(60) == 0
    assert fleet.place.staging(), "the file under way is gone"
    thread.join(60)
    (answer,) = results
    assert not isinstance(answer, Exception), repr(answer)
    file = answer.ok()[0]["uploadedFile"]["id"]
    assert admin.everywhere(f"/api/uploadedfile/{file}.json") == [200, 200, 200]
    downloads = {client.get(f"/api/uploadedfile/{file}/download").body for client in admin.clients}
    assert downloads == {content}


def large_png(side, seed):
    """A picture that takes long to convert and little to send."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\0" + random.Random(seed).randbytes(3 * side)
    squeeze = zlib.compressobj(1)
    body = b"".join([*(squeeze.compress(row) for _ in range(side)), squeeze.flush()])
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def taken_over(place):
    """A conversion whose server is killed is done by another, and one whose server stops is handed on at once."""
    with Fleet(place, 3) as fleet:
        admin = fleet.sign_in()
        content = large_png(10_000, 1)
        for way, within in (("kill", TAKEN_OVER_WITHIN), ("stop", TAKEN_OVER_WITHIN)):
            file = admin.upload(f"{way}.png", content, "sync=False").ok()[0]["uploadedFile"]["id"]
            running = "SELECT lease_owner FROM job WHERE state = 'running'"
            owner = wait_until("somebody has taken the conversion", lambda: psql(running, place.url), 20)
            # The first part of an owner's name is its process.
            victim = next(server for server in fleet.servers if str(server.pid) == owner.split("-")[0])
            begun = time.monotonic()
            if way == "kill":
                victim.kill()
            else:
                assert victim.stop(60) == 0, victim.read_log()
            index = fleet.servers.index(victim)
            fleet.servers.pop(index)
            admin.clients.pop(index)
            path = f"/api/uploadedfile/{file}.json"
            wait_until("another has converted it", lambda: admin.get(path).ok()["status"] == 100, within)
            print(f"         after {way}: done {time.monotonic() - begun:.1f} s later", flush=True)
            image = admin.get(path).ok()["image"]
            assert set(admin.everywhere(f"/api/abstractimage/{image}/thumb.png?maxSize=256")) == {200}
        named = set(psql("SELECT filename FROM uploaded_file WHERE sha256 IS NOT NULL", place.url).split())
        assert place.slides() == named, f"stored: {place.slides()}, named: {named}"


# --- Replacing one after the other ----------------------------------------------------------------------------------


def farewell(place):
    """SIGTERM where readiness is looked at: it fails at once, and all that still comes is answered."""
    with Server(place, metrics="127.0.0.1:0") as server:
        wait_until("the server is ready", lambda: ready(server), 10)
        kept = [Client(server.url) for _ in range(4)]
        for client in kept:
            assert client.get("/server/ping").headers.get("Connection", "").lower() != "close"
        server.process.terminate()
        begun = time.monotonic()
        wait_until("readiness fails", lambda: not ready(server), 1)
        for wait in (0, 0.5, 1, 2):
            time.sleep(wait / 2)
            for client in (kept.pop(), Client(server.url)):
                answer = client.send("POST", "/server/ping", {})
                assert answer.status == 200 and answer.headers["Connection"].lower() == "close", answer.headers
        assert server.process.wait(30) == 0
        print(f"         gone after {time.monotonic() - begun:.1f} s", flush=True)


class Visitor(threading.Thread):
    """Asks again and again over a kept connection, never twice for the same, and notes what failed."""

    def __init__(self, load, number):
        super().__init__(daemon=True)
        self.load, self.dice = load, random.Random(number)
        self.client = load.admin.again()
        self.pause = 0.5 if number == 0 else 0.02

    def run(self):
        while not self.load.stopping.is_set():
            method, path, body = self.dice.choice(self.load.requests)
            if body:
                corner = self.dice.randrange(10**6) / 10**3
                body = {**body, "location": f"POLYGON ((0 0, 0 90, {corner} 90, 0 0))"}
            kind = f"{method} {path.split('?')[0].rsplit('.')[-1]}"
            try:
                # A new connection may fail as well as a kept one: nothing is sent twice.
                if self.client.connection is None:
                    self.client.connection = self.client.connect()
                answer = self.ask(method, path, body)
            except Exception as cause:  # noqa: BLE001 - that is what is counted
                self.client.close()
                self.load.note(kind, f"{type(cause).__name__}: {cause}")
                continue
            self.load.note(kind, None if answer.status == 200 else f"{answer.status}: {answer.body[:200]!r}", answer)
            time.sleep(self.pause * self.dice.random() * 2)

    def ask(self, method, path, body):
        """As `Client.send`, which tries again where this may not."""
        headers = self.client.headers(method, "application/json" if body else "")
        connection = self.client.connection
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


class Uploader(threading.Thread):
    """Sends slides, each over a second or two."""

    def __init__(self, load):
        super().__init__(daemon=True)
        self.load, self.client, self.sent = load, load.admin.again(), 0

    def run(self):
        content = SLIDE.read_bytes()
        pieces = len(content) / 65536
        while not self.load.stopping.is_set():
            try:
                query = f"idProject={self.load.project}&sync=True"
                pause = lambda *_: time.sleep(2 / pieces)  # noqa: E731
                answer = self.client.upload(f"{self.sent}.svs", content, query, pause=pause)
            except Exception as cause:  # noqa: BLE001 - that is what is counted
                self.load.note("upload", f"{type(cause).__name__}: {cause}")
                continue
            self.load.note("upload", None if answer.status == 200 else f"{answer.status}: {answer.body[:200]!r}")
            self.sent += answer.status == 200


class Load:
    """What many people ask while servers come and go."""

    def __init__(self, url, password):
        self.admin = Client(url).sign_in(password)
        self.project = self.admin.post("/api/project.json", {"name": "Load"}).ok()["project"]["id"]
        upload = self.admin.upload("a.svs", SLIDE.read_bytes(), f"idProject={self.project}&sync=True").ok()[0]
        self.image = upload["images"][0]["imageInstances"][0]["id"]
        plane = self.admin.get(f"/api/imageinstance/{self.image}/sliceinstance/reference.json").ok()["id"]
        tiles = [("GET", f"/api/sliceinstance/{plane}/normalized-tile/zoom/{z}/tx/0/ty/0.jpg", None) for z in range(5)]
        lists = [("GET", f"/api/project/{self.project}/imageinstance.json", None), ("GET", "/session", None)]
        drawn = [("POST", "/api/annotation.json", {"image": self.image})]
        self.requests = [*tiles, *tiles, *lists, *drawn]
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.answered, self.failed, self.closed = collections.Counter(), [], 0

    def note(self, kind, failure, answer=None):
        with self.lock:
            self.answered[kind] += 1
            if failure:
                self.failed.append(f"{kind}: {failure}")
            elif answer and (answer.headers.get("Connection") or "").lower() == "close":
                self.closed += 1


def rolling(place):
    """Each of three servers is replaced while people work: no request fails, and nothing that was answered is lost."""
    with Fleet(place, 3) as fleet, Spreader(fleet.servers) as spreader:
        (password,) = fleet.passwords()
        load = Load(spreader.url, password)
        people = [Visitor(load, number) for number in range(PEOPLE)]
        uploader = Uploader(load)
        for person in [*people, uploader]:
            person.start()
        time.sleep(1)
        seconds = []
        for old in list(fleet.servers):
            new = fleet.another()
            fleet.servers.append(new)
            spreader.add(new)
            wait_until("connections go to the new server", lambda new=new: new in spreader.taking, 10)
            begun = time.monotonic()
            assert old.stop(60) == 0, old.read_log()
            seconds.append(time.monotonic() - begun)
        time.sleep(1)
        load.stopping.set()
        for person in [*people, uploader]:
            person.join(30)
            assert not person.is_alive()
        total = sum(load.answered.values())
        print(
            f"         {total} requests over {spreader.passed} connections ({load.closed} told to close), "
            f"{load.answered['upload']} of them uploads; {len(load.failed)} failed; "
            f"ends took {', '.join(f'{one:.1f} s' for one in seconds)}",
            flush=True,
        )
        assert not load.failed, f"{len(load.failed)} of {total} failed: {load.failed[:5]}"
        assert load.closed >= 3, "nobody was told to close"
        admin = Client(fleet.servers[-1].url).sign_in(password)
        drawn = admin.get(f"/api/annotation.json?image={load.image}&max=1").ok()["size"]
        assert drawn == load.answered["POST json"], f"{drawn} annotations of {load.answered['POST json']}"
        images = admin.get(f"/api/project/{load.project}/imageinstance.json?max=0").ok()["size"]
        assert images == uploader.sent + 1, f"{images - 1} images of {uploader.sent} uploads"


def main():
    suite = Suite()
    with Place(SQLITE) as place:
        suite.case(f"{SQLITE}: one server for a data directory", second_on_sqlite, place)
    if not POSTGRES:
        suite.skip("all cases on PostgreSQL", "CYTOMINE_TEST_POSTGRES is not set")
        suite.finish()
    for number in range(FIRST_STARTS):
        suite.case(f"first start {number + 1}", first_start, number)
    with Place(POSTGRESQL) as place:
        suite.case("another server key", another_key, place)
    for name, test in (
        ("walk", walk),
        ("rights", rights),
        ("sign-in limit", sign_in_limit),
        ("uploads", uploads),
    ):
        with Place(POSTGRESQL) as place:
            suite.case(name, with_fleet, test, place)
    for name, test in (("conversions taken over", taken_over), ("farewell", farewell), ("rolling restart", rolling)):
        with Place(POSTGRESQL) as place:
            suite.case(name, test, place)
    suite.finish()


def with_fleet(test, place):
    """Runs a case on three servers."""
    with Fleet(place, 3) as fleet:
        test(fleet)


if __name__ == "__main__":
    main()
