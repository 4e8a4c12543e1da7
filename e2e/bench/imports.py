#!/usr/bin/env python3
"""What a long import costs those who draw meanwhile: a million nuclei in bulks of 100,000, on each database.

A second person draws one annotation every 100 ms. Printed are the time until each drawing was stored, before and during
the import, and the rows that the import stored per second, the reading of its JSON included. This client shares the
machine with the server. CYTOMINE_TEST_POSTGRES names a PostgreSQL server; without it only SQLite is measured. `NUCLEI`
sets another number than a million.

    scripts/bench e2e/bench/imports.py
"""
import math
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "robustness"))

from _http import Client  # noqa: E402
from _lib import POSTGRES, POSTGRESQL, SQLITE, Place, Server  # noqa: E402

NUCLEI = int(os.environ.get("NUCLEI", "1000000"))
BULK = 100_000
EVERY = 0.1


def outlines():
    """Round outlines of 10 to 60 corners around the origin, as cell detectors write them."""
    for corners in range(10, 61):
        ring = []
        for corner in range(corners):
            angle = corner / corners * math.tau
            radius = 12 + 3 * math.sin(3 * angle)
            ring.append((round(radius * math.cos(angle) * 2) / 2, round(radius * math.sin(angle) * 2) / 2))
        yield ring


def body(first, count, image, width, height, shapes):
    """The JSON of a bulk; made before it is sent, so that the client's work does not count."""
    elements = []
    for number in range(first, first + count):
        ring = shapes[number % len(shapes)]
        x, y = 20 + number * 7_919 % (width - 40), 20 + number * 104_729 % (height - 40)
        text = ", ".join(f"{x + dx:g} {y + dy:g}" for dx, dy in [*ring, ring[0]])
        elements.append(f'{{"location":"POLYGON (({text}))","image":{image}}}')
    return ("[" + ",".join(elements) + "]").encode()


class Drawer(threading.Thread):
    """Draws every 100 ms until told to stop; keeps what each drawing took."""

    def __init__(self, client, image):
        super().__init__(daemon=True)
        self.client, self.image, self.took, self.stopping = client, image, [], threading.Event()

    def run(self):
        due = time.monotonic()
        while not self.stopping.is_set():
            begun = time.monotonic()
            shape = {"location": "POLYGON ((10 10, 60 10, 60 60, 10 60, 10 10))", "image": self.image}
            self.client.post("/api/annotation.json", shape).ok()
            self.took.append(time.monotonic() - begun)
            due = max(due + EVERY, time.monotonic())
            time.sleep(max(0, due - time.monotonic()))

    def stop(self):
        """Ends it; the times in ms, ascending."""
        self.stopping.set()
        self.join()
        return sorted(1000 * took for took in self.took)


def figures(name, took):
    """One line of p50, p95 and max."""
    at = lambda share: took[min(len(took) - 1, int(share * len(took)))]
    print(f"  {name}: p50 {at(0.5):.0f} ms, p95 {at(0.95):.0f} ms, max {took[-1]:.0f} ms ({len(took)} drawings)", flush=True)


def measure(kind):
    """One database."""
    with Place(kind) as place, Server(place, "--demo") as server:
        admin = Client(server.url, timeout=600).sign_in(server.password)
        image = first_image(admin)
        shapes = list(outlines())
        bob = second_person(admin, server.url, image["project"])
        idle = Drawer(bob, image["id"])
        idle.start()
        time.sleep(5)
        print(f"{kind}:")
        figures("drawing alone", idle.stop())
        drawer, stored, importing = Drawer(bob.again(), image["id"]), 0, 0.0
        drawer.start()
        for first in range(0, NUCLEI, BULK):
            sent = body(first, min(BULK, NUCLEI - first), image["id"], image["width"], image["height"], shapes)
            begun = time.monotonic()
            answer = admin.send("POST", "/api/annotation.json", sent, "application/json").ok()
            importing += time.monotonic() - begun
            assert answer["status"] == 200, answer
            stored += min(BULK, NUCLEI - first)
        figures("drawing during the import", drawer.stop())
        print(f"  import: {stored / importing:,.0f} rows/s ({stored:,} in {importing:.0f} s)", flush=True)
        for step in ("undo", "redo"):
            drawer = Drawer(bob.again(), image["id"])
            begun = time.monotonic()
            command = answer["command"]
            drawer.start()
            admin.get(f"/api/command/{command}/{step}.json").ok()
            took = time.monotonic() - begun
            figures(f"drawing during {step} of the last {BULK:,}, which took {took:.1f} s", drawer.stop())


def second_person(admin, url, project):
    """Somebody else who may draw in the project."""
    words = {"username": "bob", "password": "bob-draws", "firstname": "Bob", "lastname": "B", "email": "bob@example.org"}
    user = admin.post("/api/user.json", words).ok()["user"]["id"]
    admin.post(f"/api/project/{project}/user/{user}.json", {}).ok()
    return Client(url, timeout=600).sign_in("bob-draws", "bob")


def first_image(client):
    """An image of the demonstration, once it is there."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for project in client.get("/api/project.json").ok()["collection"]:
            images = client.get(f"/api/project/{project['id']}/imageinstance.json").ok()["collection"]
            if images:
                return images[0]
        time.sleep(0.5)
    raise SystemExit("the demonstration has no image")


def main():
    """Measures each database."""
    print(f"{os.environ['CYTOMINE_BIN']}, {NUCLEI:,} nuclei in bulks of {BULK:,}")
    for kind in [SQLITE, POSTGRESQL] if POSTGRES else [SQLITE]:
        measure(kind)


if __name__ == "__main__":
    main()
