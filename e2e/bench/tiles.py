#!/usr/bin/env python3
"""Cost of tiles: CPU of the server per tile, time from start to the first tile, memory, throughput.

The slides are made once by `tools/make_slide.py` beside the test slides and kept in the cache (CYTOMINE_CACHE, default
~/.cache/cytomine-rs). The server runs on a new data directory; one thread asks over 8 keep-alive connections for 4,000
tiles chosen with a seed, once to warm up and once to measure. CPU is the run time of all threads of the server by the
kernel's count, user and system together; wall time shares the machine with this client.

    scripts/bench e2e/bench/tiles.py
"""
import http.client
import json
import os
import pathlib
import random
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time

TILES = 4_000
CONNECTIONS = 8
SEED = 11
FOR_MEMORY = 10_000

# name: arguments of make_slide.py after --out and --texture
SLIDES = {
    "aperio.svs": "--flavour aperio --width 46000 --height 32914 --seed 11",
    "generic.tif": "--flavour generic --width 46000 --height 32914 --seed 11",
    # Aperio's other tile size, which never fits the 256 px grid.
    "aperio240.svs": "--flavour aperio --width 23000 --height 16457 --seed 11 --tile 240",
}
TEXTURE = "slides/svs/CMU-1-Small-Region.svs"


def make_slides(shared, python, folder):
    """Makes the slides that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in SLIDES.items():
        slide = folder / name
        if slide.exists():
            continue
        print(f"making {name}: make_slide.py {arguments} --texture {TEXTURE}", flush=True)
        unfinished = folder / f"unfinished-{name}"
        command = [python, shared / "tools/make_slide.py", "--out", unfinished, *arguments.split()]
        subprocess.run([*command, "--texture", shared / TEXTURE], check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(slide)


class Server:
    """The server process, and a session with it."""

    def __init__(self, binary, data, cookie=None):
        self.binary, self.data, self.cookie = binary, data, cookie
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def start(self, *options):
        """Starts it and waits until it answers; returns the seconds that took."""
        begun = time.monotonic()
        command = [self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        command += ["--metrics-listen", "off", "--log", "warn", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while time.monotonic() - begun < 60:
            try:
                # It listens before it can answer.
                if self.call("GET", "/health/ready")[0] == 200:
                    return time.monotonic() - begun
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.001)
        raise SystemExit("the server does not start")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)

    def call(self, method, path, body=None):
        """Sends one request; returns status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def get(self, path):
        status, _, content = self.call("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {content[:500]!r}")
        return json.loads(content)

    def sign_in(self, password):
        status, headers, content = self.call("POST", "/session", {"username": "admin", "password": password})
        if status != 200:
            raise SystemExit(f"cannot sign in: {status} {content[:500]!r}")
        self.cookie = headers["Set-Cookie"].split(";")[0]

    def cpu(self):
        """Seconds of CPU of all threads so far."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory(self):
        """Resident set in MiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise SystemExit("no VmRSS")

    def fetch(self, paths):
        """Gets all of `paths` over kept connections; returns wall seconds and bytes. Every answer must be 200."""
        head = f" HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n\r\n"
        waiting = iter(paths)
        size = open_connections = 0
        selector = selectors.DefaultSelector()
        begun = time.monotonic()

        def ask(connection, state):
            path = next(waiting, None)
            if path is None:
                selector.unregister(connection)
                connection.close()
                return False
            state["path"], state["data"], state["end"] = path, bytearray(), None
            connection.sendall(f"GET {path}{head}".encode())
            return True

        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", self.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            state = {}
            selector.register(connection, selectors.EVENT_READ, state)
            open_connections += ask(connection, state)
        while open_connections:
            for key, _ in selector.select():
                connection, state = key.fileobj, key.data
                part = connection.recv(1 << 18)
                if not part:
                    raise SystemExit(f"the server closed the connection at {state['path']}")
                data = state["data"]
                data += part
                if state["end"] is None:
                    at = data.find(b"\r\n\r\n")
                    if at < 0:
                        continue
                    headers = bytes(data[:at]).lower()
                    if not headers.startswith(b"http/1.1 200"):
                        raise SystemExit(f"GET {state['path']}: {bytes(data[:500])!r}")
                    length = int(headers.split(b"content-length:")[1].split(b"\r\n")[0])
                    state["end"] = at + 4 + length
                    size += length
                if len(data) >= state["end"]:
                    open_connections -= not ask(connection, state)
        return time.monotonic() - begun, size


def native(slide, level, query=""):
    """Addresses of the stored tiles of a level."""
    tier = slide["pyramid"]["tiers"][level]
    version = slide["pyramid"]["version"]
    return [
        f"/api/sliceinstance/{slide['slice']}/tile/level/{level}/tx/{x}/ty/{y}.jpg?v={version}{query}"
        for y in range(tier["n_ty"])
        for x in range(tier["n_tx"])
    ]


def normalized(slide, factor, query=""):
    """Addresses of the tiles of the normalized grid that are reduced by 2^factor."""
    width, height = slide["pyramid"]["width"], slide["pyramid"]["height"]
    sizes = [(width, height)]
    while max(sizes[-1]) > 256:
        sizes.append(tuple((side + 1) // 2 for side in sizes[-1]))
    zoom = len(sizes) - 1 - factor
    columns, rows = (-(-side // 256) for side in sizes[factor])
    base = f"/api/sliceinstance/{slide['slice']}/normalized-tile/zoom/{zoom}"
    return [f"{base}/tx/{x}/ty/{y}.jpg{query}" for y in range(rows) for x in range(columns)]


def chosen(paths, count=TILES):
    return random.Random(SEED).choices(paths, k=count)


def measure(server, paths):
    """CPU milliseconds per tile, tiles per second, MB per second."""
    paths = chosen(paths)
    server.fetch(paths)
    before = server.cpu()
    wall, size = server.fetch(paths)
    return (server.cpu() - before) * 1e3 / len(paths), len(paths) / wall, size / wall / 1e6


def first_tile(server, path, runs=5):
    """Median seconds from the start of the process on its data directory to the first tile."""
    times = []
    for _ in range(runs):
        server.stop()
        begun = time.monotonic()
        server.start()
        status, _, content = server.call("GET", path)
        times.append(time.monotonic() - begun)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {content[:500]!r}")
    return sorted(times)[runs // 2]


def slides_of(server):
    """The imported slides by name, with their plane and pyramid."""
    project = server.get("/api/project.json")["collection"][0]["id"]
    slides = {}
    for image in server.get(f"/api/project/{project}/imageinstance.json?max=0")["collection"]:
        plane = server.get(f"/api/imageinstance/{image['id']}/sliceinstance/reference.json")["id"]
        pyramid = server.get(f"/api/sliceinstance/{plane}/pyramid.json")
        slides[image["instanceFilename"]] = {"slice": plane, "pyramid": pyramid}
    return slides


def report(rows):
    print(f"\n{'what':<58}{'measured':>12}{'target':>10}{'of target':>11}")
    for what, value, target, unit in rows:
        limit = f"{target:g}" if target else "-"
        share = f"{100 * value / target:.0f} %" if target else "-"
        print(f"{what:<58}{value:>9.3f} {unit:<3}{limit:>9}{share:>11}")


def main():
    binary = os.environ.get("CYTOMINE_BIN")
    shared, python = os.environ.get("CYTOMINE_SHARED"), os.environ.get("CYTOMINE_SLIDE_PYTHON")
    if not (binary and shared and python):
        raise SystemExit("set CYTOMINE_BIN, CYTOMINE_SHARED and CYTOMINE_SLIDE_PYTHON, or run: scripts/bench")
    cache = os.environ.get("CYTOMINE_CACHE") or pathlib.Path.home() / ".cache/cytomine-rs"
    folder = pathlib.Path(cache) / "bench"
    make_slides(pathlib.Path(shared), python, folder)

    with tempfile.TemporaryDirectory(prefix="cytomine-bench-") as data:
        password = secrets.token_urlsafe(16)
        password_file = pathlib.Path(data) / "password"
        password_file.write_text(password)
        server = Server(binary, str(pathlib.Path(data) / "data"))
        try:
            server.start("--admin-password-file", str(password_file))
            server.stop()
            files = [str(folder / name) for name in SLIDES]
            command = [binary, "import", *files, "--project", "Bench", "--data", server.data, "--log", "warn"]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            server.start()
            server.sign_in(password)
            slides = slides_of(server)
            aperio, generic, unaligned = (slides[name] for name in SLIDES)

            rows = [("start to first tile", first_tile(server, native(aperio, 0)[0]), 0.2, "s")]
            speeds = []
            for what, paths, target in [
                ("passed-through tile, native grid, Aperio", native(aperio, 0), 0.06),
                ("passed-through tile, native grid, generic", native(generic, 0), 0.06),
                ("passed-through tile, normalized grid, Aperio", normalized(aperio, 0), 0.06),
                ("decoded level-0 tile, normalized, 240 px stored", normalized(unaligned, 0), 1.0),
                ("decoded level-0 tile, normalized, ?quality=90", normalized(aperio, 0, "?quality=90"), 1.0),
                ("factor-2 tile of the 4x pyramid", normalized(aperio, 1), 2.5),
            ]:
                cost, rate, throughput = measure(server, paths)
                rows.append((f"CPU per {what}", cost, target, "ms"))
                speeds.append((what, rate, throughput))
            server.stop()
            server.start()
            for slide in (aperio, generic):
                server.fetch(chosen(native(slide, 0), FOR_MEMORY))
            rows.append((f"RSS after {FOR_MEMORY} stored tiles of each slide", server.memory(), 80, "MiB"))
            for slide in (aperio, generic):
                server.fetch(chosen(normalized(slide, 1), FOR_MEMORY))
            rows.append((f"RSS after {FOR_MEMORY} more of each, normalized", server.memory(), 80, "MiB"))
        finally:
            server.stop()
    report(rows)
    print(f"\n{TILES} tiles, {CONNECTIONS} connections, seed {SEED}, {os.cpu_count()} cores shared with the client:")
    for what, rate, throughput in speeds:
        print(f"{what:<58}{rate:>9.0f} tiles/s{throughput:>9.1f} MB/s")


if __name__ == "__main__":
    sys.exit(main())
