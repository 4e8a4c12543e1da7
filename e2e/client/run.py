"""The official Python client, unchanged, against the real binary: a day's work, then what its own tests ask for.

Called once per client (`CYTOMINE_CLIENT`) with the Python of a virtual environment that holds it. Everything runs on
each database, on a server of its own. The walk is in `_walk.py`; what follows the client's own test-suite is in
`_contract.py` (its tests of tracks and positions belong to later versions).
"""
import importlib.metadata
import logging
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "robustness"))

from _contract import Contract  # noqa: E402
from _lib import Place, Server, Suite, databases  # noqa: E402
from _walk import Walk  # noqa: E402
from cytomine import Cytomine  # noqa: E402


def cases(subject):
    """The names of its cases in the order they are written: a case may need those before it."""
    return [name for name in vars(type(subject)) if name.startswith("it_")]


def main():
    suite = Suite()
    wanted = os.environ.get("CYTOMINE_CLIENT")
    found = importlib.metadata.version("cytomine-python-client")
    print(f"cytomine-python-client {found}", flush=True)
    if wanted and found != wanted:
        print(f"this environment holds the client {found}, not {wanted}: run scripts/setup test", file=sys.stderr)
        raise SystemExit(2)
    for database in databases(suite):
        for subject_of in (Walk, Contract):
            with Place(database) as place, Server(place) as server:
                keys = place.json("user", "keys", "admin", "--json")
                connect(suite, f"{database}: {subject_of.__name__.lower()}", subject_of, server, keys, place)
    suite.finish()


def connect(suite, title, subject_of, server, keys, place):
    """Opens the client and runs all cases of a subject with it."""

    def opened():
        client = Cytomine.connect(server.url, keys["publicKey"], keys["privateKey"], verbose=logging.CRITICAL)
        assert client.current_user, "the client is not known"
        assert client.open_admin_session(), "the admin session does not open"
        return client

    client = suite.case(f"{title}: connects with keys and opens the admin session", opened)
    if client is None:
        return
    with client:
        subject = subject_of(client, keys, place)
        for name in cases(subject):
            suite.case(f"{title}: {name.replace('_', ' ')}", getattr(subject, name))


if __name__ == "__main__":
    main()
