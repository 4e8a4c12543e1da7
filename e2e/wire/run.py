"""Plays the scenario on each database and compares the answers with the golden ones: see README.md beside this."""
import argparse
import concurrent.futures
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "robustness")]

import _annotations
import _endings
import _hanging
import _people
import _pictures
import _projects
import _slides
import _tables
from _compare import Expected, differences
from _coverage import never_ok, table, unknown_routes
from _lib import SQLITE, Place, Server, Suite, databases
from _record import Recorder, raise_ids
from _world import World

# The parts of the scenario, in the order in which they are played; each has a file in golden/.
PARTS = {
    "01-people": _people.story,
    "02-projects": _projects.story,
    "03-slides": _slides.story,
    "04-annotations": _annotations.story,
    "05-pictures": _pictures.story,
    "05-what-hangs": _hanging.story,
    "06-together": _endings.story,
    "07-readers": _tables.readers,
    "08-strangers": _tables.strangers,
    "09-bad-ids": _tables.bad_ids,
    "10-bad-bodies": _tables.bad_bodies,
    "11-odd-values": _tables.odd_values,
    "12-end": _endings.final,
}
GOLDEN, EXPECTED = HERE / "golden", HERE / "expected.txt"


def record(kind):
    """Plays the whole scenario on an empty database of a kind."""
    with Place(kind) as place:
        raise_ids(place)
        password = place.folder / "password"
        password.write_text("the admin's password\n")
        with Server(place, "--admin-password-file", password) as server:
            recorder = Recorder(server.url)
            world = World(recorder, "the admin's password")
            try:
                for recorder.part, story in PARTS.items():
                    story(world)
            except BaseException:
                for step in recorder.steps[-3:]:
                    print("\n".join([step.name, step.request_line(), *step.answer_lines()])[:2000], file=sys.stderr)
                raise
    return recorder


def kept(running, kind, folder):
    """Waits for a recording; writes it to the folder, with and without names."""
    recorder = running.result()
    parts = recorder.parts()
    if folder:
        write(folder / kind.lower(), parts)
        write(folder / kind.lower(), {"raw": recorder.raw()})
    return recorder, parts


def write(folder, texts):
    """Writes texts as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, newline="")


def read(folder):
    """The parts of a recording that is in a folder, as one text."""
    return "\n".join((folder / f"{part}.txt").read_text() for part in PARTS if (folder / f"{part}.txt").exists())


def main():
    """The suite; with --update the golden recording is made."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="write there what was recorded")
    options.add_argument("--golden", type=pathlib.Path, default=GOLDEN,
        help="compare with the recording in another folder")
    options.add_argument("--expected", type=pathlib.Path, default=EXPECTED, help="list of differences that are wanted")
    options.add_argument("--update", action="store_true", help="write the golden recording anew, from SQLite")
    options.add_argument("--table", action="store_true", help="print the statuses seen of each route")
    chosen = options.parse_args()
    suite = Suite()
    expected = Expected(chosen.expected)
    kinds, recorded = databases(suite), {}
    with concurrent.futures.ThreadPoolExecutor() as threads:
        running = {kind: threads.submit(record, kind) for kind in kinds}
        for kind in kinds:
            recorded[kind] = suite.case(f"the scenario plays on {kind}", kept, running[kind], kind, chosen.keep)
    if chosen.update and recorded[SQLITE]:
        write(chosen.golden, recorded[SQLITE][1])
    golden = read(chosen.golden)
    for kind in filter(recorded.get, kinds):
        recorder, parts = recorded[kind]
        suite.case(f"{kind} answers as recorded", equal, kind, golden, "\n".join(parts.values()), expected)
        suite.case(f"every route is called and succeeds on {kind}", whole, recorder)
        suite.case(f"every difference that is expected on {kind} is there", expected.all_used, kind)
        if chosen.table:
            print(f"{kind}:", *table(recorder.steps), sep="\n")
    suite.finish()


def equal(kind, golden, text, expected):
    """Fails with the differences that nobody expects."""
    found = [line for line in differences(golden, text) if not expected.covers(kind, line)]
    assert not found, f"{len(found)} differences, of which the first are:\n" + "\n".join(found[:300])


def whole(recorder):
    """Fails when a route of the API is not in the scenario, or never succeeds in it."""
    missing, never = unknown_routes(), never_ok(recorder.steps)
    assert not missing, "add to routes.txt, and a story for: " + ", ".join(missing)
    assert not never, "never answered 2xx: " + ", ".join(never)


if __name__ == "__main__":
    main()
