"""The program as its users meet it: first start, settings, secrets, health, TLS, stopping, and the other commands.

What does not touch the database is tried once; everything else on each of them.
"""
import contextlib
import http.client
import json
import re
import shutil
import subprocess
import threading
import time
import urllib.parse

from _http import Client
from _lib import BINARY, SLIDE, SQLITE, Place, Server, Skip, Suite, databases, files_below, psql, run, wait_until

REVOKED_WITHIN = 10


# --- settings -------------------------------------------------------------------------------------------------------


def refused(*arguments, environment=None, says, never=()):
    """A command that must fail with these words, and without these."""
    done = run(*arguments, environment=environment, check=False, timeout=20)
    assert done.returncode not in (0, None), f"accepted: {arguments}"
    for text in says:
        assert text in done.stderr, f"{text!r} is not in {done.stderr!r}"
    for text in never:
        assert text not in done.stdout + done.stderr, f"{text!r} is told: {done.stderr!r}"


def unknown_settings(place):
    """Whatever is not known is refused by its name, and nothing is made."""
    serve = ["serve", "--data", place.data]
    refused(*serve, "--colour=red", says=["--colour"])
    refused(*serve, environment={"CYTOMINE_SERVER__COLOUR": "red"}, says=["CYTOMINE_SERVER__COLOUR"])
    file = place.folder / "settings.toml"
    file.write_text("[server]\ncolour = 'red'\n")
    refused(*serve, "--config", file, says=["server.colour", str(file)])
    file.write_text("[server\n")
    refused(*serve, "--config", file, says=[str(file), "TOML"])
    refused(*serve, "--config", place.folder / "absent.toml", says=["absent.toml"])
    refused(*serve, environment={"CYTOMINE_SERVER__LISTEN": "nowhere"}, says=["CYTOMINE_SERVER__LISTEN"])
    refused("serv", says=["serv"])
    assert not place.data.exists(), "a refused start made the data directory"


def foreign_variables(place):
    """Variables without `__` are somebody else's: Kubernetes makes such for a service of this name."""
    environment = {"CYTOMINE_PORT": "tcp://10.0.0.1:80", "CYTOMINE_SERVICE_HOST": "10.0.0.1"}
    with Server(place, environment=environment) as server:
        assert server.alive()


def passwords_in_addresses(place):
    """A password where others can read it is refused, and not repeated."""
    for address in ("postgres://me:hunter2@localhost/x", "postgresql://localhost/x?user=me&password=hunter2"):
        says = ["--database-password-file"]
        refused("serve", "--data", place.data, "--database", address, says=says, never=["hunter2"])
        refused("user", "list", "--data", place.data, "--database", address, says=says, never=["hunter2"])
        environment = {"CYTOMINE_DATABASE__URL": address}
        refused("serve", "--data", place.data, environment=environment, says=says, never=["hunter2"])


def layers(place):
    """The command line wins over the environment, that over the file."""
    file = place.folder / "layers.toml"
    file.write_text("[log]\nformat = 'json'\nfilter = 'info'\n[server]\npublic_url = 'https://file.example'\n")
    environment = {"CYTOMINE_SERVER__PUBLIC_URL": "https://environment.example"}
    with Server(place, "--config", file, environment=environment) as server:
        assert server.url == "https://environment.example", server.url
    flag = ["--public-url", "https://flag.example"]
    with Server(place, "--config", file, *flag, environment=environment) as server:
        assert server.url == "https://flag.example", server.url
        server.stop()
        lines = [line for line in server.read_log().splitlines() if line]
        assert lines and all(json.loads(line) for line in lines), "the log is not JSON"


def help_texts():
    """Every setting is in the help, with the variable it may stand in."""
    text = run("serve", "--help").stdout
    for flag in ("--data", "--listen", "--database", "--demo", "--tls-cert", "--admin-password-file", "--key-file",
                 "--metrics-listen", "--public-url", "--trusted-proxy", "--database-password-file", "--log"):
        assert flag in text, flag
    assert "CYTOMINE_SERVER__LISTEN" in text
    assert re.fullmatch(r"cytomine \d+\.\d+\.\d+\S*\n", run("--version").stdout)


# --- first start ----------------------------------------------------------------------------------------------------


def grep(place, text):
    """Where the text stands: files of the place, and tables when the database is a server."""
    found = [name for name in files_below(place.folder) if text.encode() in (place.folder / name).read_bytes()]
    if place.database:
        tables = psql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", place.url).split()
        found += [table for table in tables if text in psql(f'SELECT t::TEXT FROM "{table}" t', place.url)]
    return found


def first_start(place):
    """The password of `admin` is shown once and written down nowhere."""
    with Server(place) as server:
        password = server.password
        assert password and len(password) >= 20, password
        Client(server.url).sign_in(password)
        assert server.stop() == 0
        assert password not in server.read_log(), "the log holds the password"
    assert grep(place, "admin"), "this search would find nothing"
    assert not grep(place, password), f"the password is in {grep(place, password)}"
    with Server(place) as server:
        assert server.password is None and "Password" not in server.text, server.text
        Client(server.url).sign_in(password)
    key = place.data / "server.key"
    if key.exists():
        assert key.stat().st_mode & 0o777 == 0o600, oct(key.stat().st_mode)


def password_file(place):
    """The file's first line is admin's password when it is new; a password set later stays while the file does not change."""
    file, own = place.folder / "password", place.folder / "own"
    file.write_text("correct horse battery\nsecond line\n")

    def signs_in(server, password):
        return Client(server.url).post("/session", {"username": "admin", "password": password}).status

    with Server(place, "--admin-password-file", file) as server:
        assert server.password is None, "a password that was given is shown"
        assert signs_in(server, "correct horse battery") == 200
    own.write_text("chosen by the admin\n")
    place.run("user", "password", "admin", "--password-file", own)
    with Server(place, "--admin-password-file", file) as server:
        assert signs_in(server, "chosen by the admin") == 200, "the file is not new, but it counted"
    file.write_text("another one entirely\n")
    with Server(place, "--admin-password-file", file) as server:
        assert signs_in(server, "another one entirely") == 200
        assert signs_in(server, "chosen by the admin") == 401
    own.unlink()
    absent = place.folder / "absent"
    done = place.run("serve", "--admin-password-file", absent, "--listen", "127.0.0.1:0", check=False, timeout=20)
    assert done.returncode and str(absent) in done.stderr, done.stderr
    file.unlink()
    assert not grep(place, "correct horse battery")


def contents(client):
    """How much there is of everything."""
    counts = {}
    for project in client.get("/api/project.json").ok()["collection"]:
        counts[project["name"]] = [project["numberOfImages"], project["numberOfAnnotations"]]
    for noun in ("ontology", "abstractimage", "uploadedfile", "user"):
        counts[noun] = client.get(f"/api/{noun}.json?max=0").ok()["size"]
    return counts


def demo(place):
    """A project with a slide and its nuclei, once, however often it is asked for."""
    with Server(place, "--demo") as server:
        password = server.password
        client = Client(server.url).sign_in(password)
        before = contents(client)
        projects = client.get("/api/project.json").ok()["collection"]
        assert len(projects) == 1 and projects[0]["ontology"], projects
        assert projects[0]["numberOfImages"] == 1 and projects[0]["numberOfAnnotations"] > 1000, projects[0]
        image = client.get(f"/api/project/{projects[0]['id']}/imageinstance.json").ok()["collection"][0]
        assert (image["width"], image["height"]) == (2220, 2967)
        assert client.get(f"/api/imageinstance/{image['id']}/thumb.jpg").status == 200
    slides = place.slides()
    with Server(place, "--demo") as server:
        assert contents(Client(server.url).sign_in(password)) == before, "the second start added something"
    with Server(place) as server:
        assert contents(Client(server.url).sign_in(password)) == before
    assert place.slides() == slides


# --- running --------------------------------------------------------------------------------------------------------


def taken_port(place):
    """A second process on a port that is taken says what to do, and does no harm."""
    with Server(place) as server:
        address = urllib.parse.urlsplit(server.url).netloc
        done = place.run("serve", "--listen", address, "--metrics-listen", "off", check=False, timeout=20)
        assert done.returncode and address in done.stderr and "--listen" in done.stderr, done.stderr
        assert Client(server.url).get("/server/ping").status == 200


def health(place):
    """The three questions of a supervisor, the ping of clients, the page, and nothing elsewhere."""
    with Server(place, metrics="127.0.0.1:0") as server:
        client = Client(server.url)
        for path in ("/health/started", "/health/live", "/health/ready", "/health/ready?verbose"):
            answer = client.get(path)
            assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store", path
        operators = Client(server.greeting["Metrics"].removesuffix("/metrics"))
        assert b"database: ok" in operators.get("/health/ready?verbose").body
        assert b"database" not in client.get("/health/ready?verbose").body, "strangers are told what runs inside"
        for path in ("/server/ping", "/server/ping.json"):
            ping = client.get(path).ok()
            assert ping["alive"] is True and ping["serverURL"] == server.url and ping["version"], ping
        page = client.get("/")
        assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert client.get("/api/nothing.json").status in (401, 404)
        assert client.get("/api/project.json").status == 401


def metrics(place):
    """Metrics are on loopback, on a port of their own, and not on the public one."""
    with Server(place, metrics="127.0.0.1:0") as server:
        address = server.greeting["Metrics"]
        assert address.startswith("http://127.0.0.1:"), address
        client = Client(server.url).sign_in(server.password)
        client.get("/api/project.json").ok()
        answer = Client(address.removesuffix("/metrics")).get("/metrics")
        text = answer.body.decode()
        assert answer.status == 200 and "# HELP" in text and "# TYPE" in text, text[:300]
        assert server.password not in text
        public = client.get("/metrics")
        assert b"# TYPE" not in public.body, "metrics are public"


def slow_request(server, password, seconds, results):
    """An upload that takes a while."""
    client = Client(server.url).sign_in(password)
    content = SLIDE.read_bytes()
    pieces = len(content) / 65536
    try:
        answer = client.upload("slow.svs", content, "sync=True", pause=lambda *_: time.sleep(seconds / pieces))
        results.append(answer)
    except Exception as cause:  # noqa: BLE001 - looked at by the case
        results.append(cause)


def graceful_stop(place):
    """SIGTERM: what is under way is finished, nothing new begins, exit 0."""
    with Server(place) as server:
        password, results = server.password, []
        upload = threading.Thread(target=slow_request, args=(server, password, 3, results), daemon=True)
        upload.start()
        wait_until("the upload has begun", place.staging, 10)
        begun = time.monotonic()
        assert server.stop(60) == 0, server.read_log()
        upload.join(10)
        assert time.monotonic() - begun > 0.5, "it did not wait for the upload"
        (answer,) = results
        assert not isinstance(answer, Exception), f"the upload broke off: {answer!r}\n{server.read_log()}"
        assert answer.ok()[0]["uploadedFile"]["status"] == 100
    assert not place.staging()
    with Server(place) as server:
        listed = Client(server.url).sign_in(password).get("/api/uploadedfile.json").ok()["collection"]
        assert [row["originalFilename"] for row in listed] == ["slow.svs"]


def quick_stop(place):
    """With open but idle connections it stops at once."""
    with Server(place) as server:
        idle = [Client(server.url) for _ in range(3)]
        for client in idle:
            client.get("/server/ping").ok()
        begun = time.monotonic()
        assert server.stop(60) == 0
        assert time.monotonic() - begun < 3, f"{time.monotonic() - begun:.1f} s"


def quick_start(place):
    """An existing data directory is served at once."""
    with Server(place):
        pass
    fastest = 9.0
    for _ in range(3):
        with Server(place) as server:
            fastest = min(fastest, server.seconds_to_start)
    print(f"         started in {fastest:.2f} s", flush=True)
    assert fastest < 2, f"{fastest:.1f} s"


# --- TLS ------------------------------------------------------------------------------------------------------------


def certificate(folder, name):
    """A self-signed certificate and its key; both files are replaced."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", folder / "new.key", "-out", folder / "new.pem"]
    subprocess.run(command, check=True, capture_output=True)
    (folder / "new.key").rename(folder / "tls.key")
    (folder / "new.pem").rename(folder / "tls.pem")


def curl(*arguments):
    """Runs curl; what it prints."""
    if not shutil.which("curl"):
        raise Skip("curl is not installed")
    done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "20", *map(str, arguments)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def need_http2():
    if not shutil.which("curl") or "HTTP2" not in curl("--version"):
        raise Skip("curl without HTTP/2")


def tls(place):
    """HTTPS with HTTP/2, cookies that stay with it, and a certificate that is replaced while it runs."""
    if not shutil.which("openssl"):
        raise Skip("openssl is not installed")
    certificate(place.folder, "first.example")
    flags = ["--tls-cert", place.folder / "tls.pem", "--tls-key", place.folder / "tls.key"]
    with Server(place, *flags) as server:
        assert server.url.startswith("https://")
        need_http2()
        trust = ["--cacert", place.folder / "tls.pem"]
        shown = curl(*trust, "--http2", "--write-out", "\n%{http_version} %{http_code}", f"{server.url}/server/ping")
        assert shown.splitlines()[-1] == "2 200", shown
        assert json.loads(shown.splitlines()[0])["serverURL"] == server.url
        shown = curl(*trust, "--http1.1", "--write-out", "\n%{http_version}", f"{server.url}/server/ping")
        assert shown.splitlines()[-1] == "1.1", shown
        client = Client(server.url)
        answer = client.post("/session", {"username": "admin", "password": server.password})
        assert "Secure" in answer.headers["Set-Cookie"], answer.headers["Set-Cookie"]
        assert client.get("/").headers.get("Strict-Transport-Security") is None, "an address is pinned"
        with contextlib.suppress(http.client.HTTPException, OSError):
            plain = Client(server.url.replace("https", "http")).get("/server/ping")
            assert plain.status >= 400, "plain HTTP is answered on the port of TLS"
        certificate(place.folder, "second.example")
        address = urllib.parse.urlsplit(server.url)

        def renewed():
            command = ["openssl", "s_client", "-connect", address.netloc]
            seen = subprocess.run(command, input="", capture_output=True, text=True, check=False)
            return "second.example" in seen.stdout

        wait_until("the new certificate is used", renewed, 30)
        # One that cannot be read is not taken up.
        (place.folder / "tls.pem").write_text("no certificate\n")
        time.sleep(3)
        assert renewed() and server.alive()
    done = place.run("serve", *flags, "--listen", "127.0.0.1:0", check=False, timeout=20)
    assert done.returncode and "tls.pem" in done.stderr, done.stderr
    done = place.run("serve", *flags[:2], "--listen", "127.0.0.1:0", check=False, timeout=20)
    assert done.returncode and "--tls-key" in done.stderr, done.stderr


def h2c(place):
    """HTTP/2 without TLS, for proxies."""
    need_http2()
    with Server(place) as server:
        shown = curl("--http2-prior-knowledge", "--write-out", "\n%{http_version} %{http_code}",
                     f"{server.url}/server/ping")
        assert shown.splitlines()[-1] == "2 200", shown
        # A cookie in several fields, as HTTP/2 may send it, is one cookie.
        cookie = Client(server.url).sign_in(server.password).cookie
        shown = curl("--http2-prior-knowledge", "-H", f"Cookie: a=b; {cookie}", f"{server.url}/api/user/current.json")
        assert json.loads(shown)["username"] == "admin", shown


# --- other commands -------------------------------------------------------------------------------------------------


def accounts(place, running):
    """`user add|list|password|keys`, beside a server or without one."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(place)) if running else None
        before = [user["username"] for user in place.json("user", "list", "--json")]
        assert before == (["admin"] if running else []) or before == ["admin"], before
        made = place.json("user", "add", "ada", "--first-name", "Ada", "--last-name", "Lovelace", "--json")
        assert made["username"] == "ada" and len(made["password"]) >= 20
        done = place.run("user", "add", "ada", check=False)
        assert done.returncode and "ada" in done.stderr, done.stderr
        listed = {user["username"]: user for user in place.json("user", "list", "--json")}
        assert listed["ada"]["role"] == "ROLE_USER" and listed["ada"]["name"] == "Ada Lovelace", listed
        assert "ada" in place.run("user", "list").stdout
        # A file or variable that is meant for the server must not stop the other commands.
        settings = place.folder / "server.toml"
        settings.write_text('[server]\nlisten = "127.0.0.1:1"\n')
        meant_for_the_server = {"CYTOMINE_CONFIG": str(settings), "CYTOMINE_SERVER__METRICS_LISTEN": "off"}
        assert "ada" in place.run("user", "list", environment=meant_for_the_server).stdout
        keys = place.json("user", "keys", "ada", "--json")
        assert set(keys) == {"publicKey", "privateKey"}
        assert place.json("user", "keys", "ada", "--json") == keys, "keys changed without --rotate"
        file = place.folder / "ada.txt"
        file.write_text("a new password of hers\n")
        place.run("user", "password", "ada", "--password-file", file)
        file.unlink()
        done = place.run("user", "password", "nobody", check=False)
        assert done.returncode and "nobody" in done.stderr, done.stderr
        server = server or stack.enter_context(Server(place))
        client = Client(server.url)
        assert client.post("/session", {"username": "ada", "password": made["password"]}).status == 401
        client.sign_in("a new password of hers", "ada")
        assert client.get("/api/user/current.json").ok()["username"] == "ada"
        signed = Client(server.url).sign_with(keys)
        assert signed.get("/api/user/current.json").ok()["publicKey"] == keys["publicKey"]
        assert signed.get("/session/admin/open.json").status == 403
        turned = place.json("user", "keys", "ada", "--rotate", "--json")
        assert turned != keys
        wait_until("the old keys are refused", lambda: signed.get("/api/user/current.json").status == 401, REVOKED_WITHIN)
        Client(server.url).sign_with(turned).get("/api/user/current.json").ok()
        assert not grep(place, turned["privateKey"]), "a private key lies in clear"


def import_alone(place):
    """`import` makes a data directory by itself; the server shows what is in it."""
    folder = place.folder / "in"
    folder.mkdir()
    shutil.copy(SLIDE, folder / "a.svs")
    (folder / "notes.txt").write_text("no slide")
    done = place.run("import", folder, "--project", "By hand")
    assert "1 of 2" in done.stdout and "notes.txt" in done.stdout, done.stdout
    done = place.run("import", folder, "--project", "By hand", check=False)
    assert "already" in done.stdout, done.stdout
    refused_path = place.run("import", place.folder / "absent", "--project", "By hand", check=False)
    assert refused_path.returncode and "absent" in refused_path.stderr, refused_path.stderr
    (place.folder / "password").write_text("known by now\n")
    place.run("user", "password", "admin", "--password-file", place.folder / "password")
    with Server(place) as server:
        assert server.password is None
        client = Client(server.url).sign_in("known by now")
        (project,) = client.get("/api/project.json").ok()["collection"]
        assert (project["name"], project["numberOfImages"]) == ("By hand", 1)
        shutil.copy(SLIDE, folder / "b.svs")
        place.run("import", folder / "b.svs", "--project", "By hand")
        images = client.get(f"/api/project/{project['id']}/imageinstance.json").ok()["collection"]
        assert len(images) == 2, "the running server does not see the import"
        assert all(client.get(f"/api/imageinstance/{image['id']}/thumb.jpg").status == 200 for image in images)


# --- rights that are taken away -------------------------------------------------------------------------------------


class Member:
    """Somebody who looks at tiles of a project, and the manager who may stop that."""

    def __init__(self, place, server):
        self.place, self.server = place, server
        self.admin = Client(server.url).sign_in(server.password)
        self.project = self.admin.post("/api/project.json", {"name": "Rights"}).ok()["project"]["id"]
        upload = self.admin.upload("a.svs", SLIDE.read_bytes(), f"idProject={self.project}&sync=True").ok()[0]
        self.image = upload["images"][0]["imageInstances"][0]["id"]
        made = place.json("user", "add", "bob", "--json")
        self.id, self.password = made["id"], made["password"]
        self.bob = Client(server.url).sign_in(self.password, "bob")
        self.keys = place.json("user", "keys", "bob", "--json")
        plane = self.admin.get(f"/api/imageinstance/{self.image}/sliceinstance/reference.json").ok()["id"]
        location = "POLYGON ((100 100, 100 200, 200 200, 100 100))"
        made = self.admin.post("/api/annotation.json", {"location": location, "image": self.image}).ok()
        annotation = made["annotation"]["id"]
        self.paths = [
            f"/api/sliceinstance/{plane}/normalized-tile/zoom/4/tx/1/ty/1.jpg",
            f"/api/sliceinstance/{plane}/tile/level/0/tx/1/ty/1.jpg",
            f"/api/imageinstance/{self.image}/thumb.png?maxSize=256",
            f"/api/userannotation/{annotation}/crop.png",
            f"/api/annotation/{annotation}.json",
            f"/api/project/{self.project}/imageinstance.json",
        ]

    def statuses(self, client=None):
        """What bob is answered now."""
        return [(client or self.bob).get(path).status for path in self.paths]

    def may(self, client=None):
        return set(self.statuses(client)) == {200}

    def may_not(self, client=None):
        return all(status in (401, 403, 404) for status in self.statuses(client))

    def admit(self):
        self.admin.post(f"/api/project/{self.project}/user/{self.id}.json", {}).ok()
        wait_until("the member sees tiles", self.may, REVOKED_WITHIN)

    def etags(self):
        return {path: self.bob.get(path).headers.get("ETag") for path in self.paths[:4]}

    def lost(self, what):
        """Measures until everything is refused, with an ETag of before, too."""
        begun = time.monotonic()
        wait_until(f"{what} acts on tiles seen before", self.may_not, REVOKED_WITHIN)
        return time.monotonic() - begun


@contextlib.contextmanager
def other_process(place, server):
    """Another server on the same place; on SQLite there is one only, so that one itself."""
    if place.kind == SQLITE:
        yield server
        return
    with Server(place) as second:
        yield second


def revoked(place):
    """Membership, password, keys and account: each acts within 10 s, by whichever process it is taken away."""
    with Server(place) as server:
        member = Member(place, server)
        assert member.may_not(), f"without membership: {member.statuses()}"
        member.admit()
        etags = member.etags()
        member.admin.delete(f"/api/project/{member.project}/user/{member.id}.json").ok()
        assert member.may_not(), f"right after the removal: {member.statuses()}"
        for path, etag in etags.items():
            answer = member.bob.send("GET", path, headers={"If-None-Match": etag or "*"})
            assert answer.status in (403, 404), f"{path} with an ETag: {answer.status}"

        member.admit()
        with other_process(place, server) as second:
            admin = Client(second.url).sign_in(server.password)
            admin.delete(f"/api/project/{member.project}/user/{member.id}.json").ok()
            seconds = member.lost("a membership that another process ended")
            print(f"         ended by another process: after {seconds:.1f} s", flush=True)

            member.admit()
            signed = Client(server.url).sign_with(member.keys)
            assert member.may(signed)
            place.json("user", "keys", "bob", "--rotate", "--json")
            wait_until("old keys are refused", lambda: member.may_not(signed), REVOKED_WITHIN)
            assert member.may(), "the session ended with the keys"

            place.run("user", "password", "bob")
            member.lost("a new password by the command line")

            made = place.json("user", "password", "bob", "--json")
            member.bob = Client(server.url).sign_in(made["password"], "bob")
            assert member.may()
            admin.delete(f"/api/project/{member.project}.json").ok()
            member.lost("the deletion of the project by another process")


def generation_survives(place):
    """The number by which processes tell each other is not lost with a restart."""
    with Server(place) as server:
        member = Member(place, server)
        member.admit()
        password = server.password
    with Server(place) as server, other_process(place, server) as second:
        member.server, member.bob = server, Client(server.url).sign_in(member.password, "bob")
        assert member.may()
        admin = Client(second.url).sign_in(password)
        admin.delete(f"/api/project/{member.project}/user/{member.id}.json").ok()
        member.lost("a membership that another process ended after a restart")
        member.bob = Client(server.url).sign_in(member.password, "bob")
        place.run("user", "password", "bob")
        wait_until("a new password by the command line", lambda: member.bob.get("/session").status == 401, REVOKED_WITHIN)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def key_file_needed(place):
    """Replicas need one key: without a file the start is refused, with how to make one."""
    done = run("serve", "--data", place.data, "--database", place.url, "--listen", "127.0.0.1:0", check=False, timeout=20)
    assert done.returncode and "--key-file" in done.stderr, done.stderr


def database_away(place):
    """A database that does not answer: the start waits and says so, a running server recovers by itself."""
    log = place.folder / "away.log"
    with log.open("wb") as out:
        command = [BINARY, "serve", "--data", place.data, "--database", "postgres://nobody@127.0.0.1:1/x", "--key-file",
                   place.folder / "server.key", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]
        waiting = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        wait_until("it says what it waits for", lambda: "127.0.0.1:1" in log.read_text(), 20)
        assert waiting.poll() is None, "it gave up"
        waiting.terminate()
        assert waiting.wait(10) == 0, log.read_text()
    finally:
        waiting.kill()
    with Server(place) as server:
        client = Client(server.url).sign_in(server.password)
        client.get("/api/project.json").ok()
        psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{place.database}'")
        wait_until("it answers again", lambda: client.get("/api/project.json").status == 200, 10)
        assert client.get("/health/ready").status == 200


def main():
    suite = Suite()
    once = [unknown_settings, foreign_variables, passwords_in_addresses, layers, quick_stop, tls, h2c, metrics]
    for test in once:
        with Place(SQLITE) as place:
            suite.case(title(test), test, place)
    suite.case(title(help_texts), help_texts)
    each = [first_start, password_file, demo, taken_port, health, graceful_stop, quick_start, import_alone, revoked,
            generation_survives]
    for database in databases(suite):
        for test in each:
            with Place(database) as place:
                suite.case(f"{database}: {title(test)}", test, place)
        for running in (True, False):
            with Place(database) as place:
                how = "beside a server" if running else "without a server"
                suite.case(f"{database}: accounts {how}", accounts, place, running)
        if database != SQLITE:
            for test in (key_file_needed, database_away):
                with Place(database) as place:
                    suite.case(f"{database}: {title(test)}", test, place)
    suite.finish()


def title(test):
    return test.__name__.replace("_", " ")


if __name__ == "__main__":
    main()
