"""What the end-to-end suites share: cases and their counts, databases, the server's process.

A suite makes a `Suite`, runs its cases on each of `databases()` inside a `Place`, and ends with `suite.finish()`.
`../README.md` holds the contract. HTTP is in `_http.py`, images are in `_images.py`.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid

BINARY = os.environ.get("CYTOMINE_BIN", "")
POSTGRES = os.environ.get("CYTOMINE_TEST_POSTGRES")
SHARED = pathlib.Path(os.environ["CYTOMINE_SHARED"]) if os.environ.get("CYTOMINE_SHARED") else None
DATA = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data"
SLIDE = DATA / "CMU-1-Small-Region.svs"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


class Skip(Exception):
    """Raised by a case that cannot run here; its text says why."""


class Suite:
    """Runs cases and counts them."""

    def __init__(self):
        if not os.access(BINARY, os.X_OK):
            print(f"CYTOMINE_BIN must name the binary to test, not {BINARY!r}", file=sys.stderr)
            raise SystemExit(2)
        self.passed, self.failed, self.skipped = 0, 0, 0

    def case(self, name, test, *arguments):
        """Runs one case; returns what it returns, or None when it failed or was skipped."""
        started = time.monotonic()
        try:
            result = test(*arguments)
        except Skip as reason:
            self.skipped += 1
            print(f"skipped  {name}: {reason}", flush=True)
            return None
        except Exception:  # noqa: BLE001 - whatever breaks a case is its failure
            self.failed += 1
            print(f"FAILED   {name}\n{traceback.format_exc()}", flush=True)
            return None
        self.passed += 1
        print(f"ok       {name} ({time.monotonic() - started:.1f} s)", flush=True)
        return result

    def skip(self, name, reason):
        """Counts a case that cannot run here."""
        self.skipped += 1
        print(f"skipped  {name}: {reason}", flush=True)

    def finish(self):
        """Prints the last line of the contract and ends the process."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}", flush=True)
        raise SystemExit(1 if self.failed else 0)


def databases(suite):
    """The kinds of database to test; says so when PostgreSQL is not there."""
    if POSTGRES:
        return [SQLITE, POSTGRESQL]
    suite.skip("all cases on PostgreSQL", "CYTOMINE_TEST_POSTGRES is not set")
    return [SQLITE]


def psql(statement, url=None):
    """Runs one statement as superuser; returns what it prints, without frame."""
    command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", url or POSTGRES]
    command += ["--set", "ON_ERROR_STOP=1", "--command", statement]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"psql: {done.stderr}")
    return done.stdout.strip()


class Place:
    """A data directory and its database, both temporary: `with Place(SQLITE) as place:`."""

    def __init__(self, kind):
        self.kind = kind
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="e2e-"))
        self.data = self.folder / "data"
        self.flags = ["--data", str(self.data)]
        self.database = None
        self.url = None

    def __enter__(self):
        if self.kind == POSTGRESQL:
            name = f"cytomine_e2e_{uuid.uuid4().hex[:12]}"
            psql(f"CREATE DATABASE {name}")
            self.database = name
            self.url = POSTGRES.rsplit("/", 1)[0] + f"/{name}"
            self.flags += self.postgres_flags()
        return self

    def postgres_flags(self):
        """What every process needs that shares the database. The key of a server is made by its operator."""
        key = self.folder / "server.key"
        if not key.exists():
            key.write_text(os.urandom(32).hex() + "\n")
            key.chmod(0o600)
        return ["--database", self.url, "--key-file", str(key)]

    def __exit__(self, *_):
        if self.database:
            with contextlib.suppress(RuntimeError):
                psql(f"DROP DATABASE {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def slides(self):
        """Files of stored slides, relative to their folder."""
        return files_below(self.data / "slides")

    def staging(self):
        """Files that are on their way in."""
        return files_below(self.data / "staging")

    def run(self, *arguments, environment=None, check=True, timeout=120):
        """Runs a command of the program on this place: `run("user", "list", "--json")`."""
        return run(*arguments, *self.flags, environment=environment, check=check, timeout=timeout)

    def json(self, *arguments):
        """The JSON that a command prints."""
        return json.loads(self.run(*arguments).stdout)


def files_below(folder):
    """Relative names of all files below a folder."""
    if not folder.exists():
        return set()
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def environment_with(changes):
    """This process's environment without settings of the program, and with these."""
    clean = {name: value for name, value in os.environ.items() if "__" not in name or "CYTOMINE" not in name}
    return {**clean, **(changes or {})}


def run(*arguments, environment=None, check=True, timeout=120, cwd=None):
    """Runs the program to its end; its output is text."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment_with(environment),
        timeout=timeout,
        cwd=cwd,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"cytomine {arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class Server:
    """`cytomine serve` on a free port: `with Server(place) as server:`. Ended with the block, however that ends."""

    def __init__(self, place, *flags, environment=None, listen="127.0.0.1:0", metrics="off"):
        self.place = place
        self.log = place.folder / f"serve-{uuid.uuid4().hex[:8]}.log"
        command = [BINARY, "serve", *place.flags, "--listen", listen, "--metrics-listen", metrics, *map(str, flags)]
        self.started = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment_with(environment),
            )
        self.greeting, self.text = {}, ""
        self._await_greeting()
        self.seconds_to_start = time.monotonic() - self.started
        self.url = self.greeting["Open"]
        self.pid = self.process.pid

    def _await_greeting(self, seconds=60):
        """Reads the table that is printed when the server is ready; `Stop` is its last row."""
        alarm = threading.Timer(seconds, self.process.kill)
        alarm.start()
        try:
            for line in self.process.stdout:
                self.text += line
                name, _, value = line.strip().partition("   ")
                self.greeting[name] = value.strip()
                if name == "Stop":
                    return
        finally:
            alarm.cancel()
        self.process.wait()
        raise AssertionError(f"the server did not start: exit {self.process.returncode}\n{self.read_log()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def read_log(self):
        """What it wrote to its standard error so far."""
        return self.log.read_text(errors="replace")

    @property
    def password(self):
        """The password of `admin`, when this start made it."""
        return self.greeting.get("Password")

    def alive(self):
        """Whether the process runs."""
        return self.process.poll() is None

    def stop(self, seconds=30):
        """Asks it to stop as a supervisor does; returns its exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=seconds)

    def kill(self):
        """`kill -9`."""
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def memory(self, field="VmRSS"):
        """A field of the process's status in MiB: VmRSS is now, VmHWM is the most since `forget_peak`."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {field} of process {self.pid}")

    def forget_peak(self):
        """Lets VmHWM begin anew."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def wait_until(what, condition, seconds):
    """Waits until `condition()` is true and returns its value; `what` names it when time runs out."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
