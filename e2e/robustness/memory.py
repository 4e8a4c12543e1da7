"""What request bodies may cost: the most that the server takes while several people send the largest ones at once.

The figures stand in docs/architecture.md; the bounds here leave room for allocators.
"""
import concurrent.futures
import json
import math
import threading
import time

from _http import Client
from _lib import SLIDE, SQLITE, Place, Server, Suite, databases

LARGE = 62 << 20  # bytes: just below what a bulk of annotations may have
SENDERS = 6


def strangers_take_nothing(place):
    """Large bodies of people who are not signed in are refused before they lie in memory."""
    with Server(place) as server:
        body = b'{"username": "' + b"a" * LARGE + b'"}'
        server.forget_peak()
        before = server.memory()

        def send(path):
            try:
                return Client(server.url).send("POST", path, body, "application/json").status
            except OSError:
                return 413  # it hung up before all of it was sent

        paths = ["/session", "/api/term.json", "/api/annotation.json"] * 2
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
            statuses = list(pool.map(send, paths))
        assert set(statuses) <= {401, 413}, statuses
        taken = server.memory("VmHWM") - before
        print(f"         {len(paths)} strangers with {LARGE >> 20} MiB each: {taken:.0f} MiB at the most")
        assert taken < 64, f"{taken:.0f} MiB for strangers"


def bulk(image):
    """The text of a bulk of outlines of nuclei, as large as one may be."""
    outlines, size, place = [], 0, 0
    while size < LARGE:
        x, y = place % 2000, place // 2000 % 2000
        turns = [math.tau * corner / 30 for corner in range(30)]
        corners = [f"{x + 20 + 6 * math.cos(turn):.4f} {y + 20 + 6 * math.sin(turn):.4f}" for turn in turns]
        location = f"POLYGON (({', '.join([*corners, corners[0]])}))"
        outlines.append(json.dumps({"image": image, "location": location}))
        size, place = size + len(outlines[-1]) + 1, place + 1
    return f"[{','.join(outlines)}]".encode()


def bulks_wait_for_each_other(place):
    """Bulks beyond the bound wait or are told to come again; meanwhile the server answers, and nothing is half done."""
    with Server(place) as server:
        admin = Client(server.url).sign_in(server.password)
        admin.get("/session/admin/open.json")
        project = admin.post("/api/project.json", {"name": "Lung"}).ok()["project"]["id"]
        storage = admin.get("/api/storage.json").ok()["collection"][0]["id"]
        admin.upload(SLIDE.name, SLIDE.read_bytes(), f"?idStorage={storage}&idProject={project}").ok()
        image = admin.get(f"/api/project/{project}/imageinstance.json").ok()["collection"][0]["id"]
        text = bulk(image)
        asked, over = [], threading.Event()

        def ask():
            client = Client(server.url)
            while not over.is_set():
                started = time.monotonic()
                assert client.get("/health/ready").status == 200
                asked.append(time.monotonic() - started)
                time.sleep(0.1)

        server.forget_peak()
        before = server.memory()
        asking = threading.Thread(target=ask)
        asking.start()
        with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
            send = lambda _: admin.again().send("POST", "/api/annotation.json", text, "application/json")  # noqa: E731
            answers = list(pool.map(send, range(SENDERS)))
        over.set()
        asking.join()
        statuses = sorted(answer.status for answer in answers)
        assert set(statuses) <= {200, 503} and statuses[0] == 200, statuses
        refused = [answer.json()["code"] for answer in answers if answer.status == 503]
        assert set(refused) <= {"request.too_many_at_once"}, refused
        taken = server.memory("VmHWM") - before
        print(f"         {SENDERS} bulks of {len(text) >> 20} MiB: {statuses}, {taken:.0f} MiB at the most, "
              f"readiness after {max(asked):.2f} s at the latest")
        assert taken < 1500, f"{taken:.0f} MiB"
        assert max(asked) < 20, f"the server was silent for {max(asked):.1f} s"
        held = admin.get(f"/api/imageinstance/{image}.json").ok()["numberOfAnnotations"]
        assert held == statuses.count(200) * text.count(b'"location"'), held


def main():
    suite = Suite()
    with Place(SQLITE) as place:
        suite.case("strangers take nothing", strangers_take_nothing, place)
    for database in databases(suite):
        with Place(database) as place:
            suite.case(f"{database}: bulks wait for each other", bulks_wait_for_each_other, place)
    suite.finish()


if __name__ == "__main__":
    main()
