"""Several servers on one database: starting them together, asking them in turn, spreading connections over them."""
import asyncio
import contextlib
import http.client
import threading
import time
import urllib.parse

from _http import Client
from _lib import Server


class Fleet:
    """Servers on one place: `with Fleet(place, 3) as fleet:`. All are started at once."""

    def __init__(self, place, count, *flags):
        self.place, self.flags, self.servers = place, flags, []
        self.failures = []
        threads = [threading.Thread(target=self._start, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            self.kill()
            raise self.failures[0]

    def _start(self):
        try:
            self.servers.append(self.another())
        except Exception as cause:  # noqa: BLE001 - raised by whoever waits
            self.failures.append(cause)

    def another(self):
        """One more server, which is the caller's to keep."""
        return Server(self.place, *self.flags, metrics="127.0.0.1:0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        for server in self.servers:
            with contextlib.suppress(OSError, ValueError):
                server.kill()

    def passwords(self):
        """The passwords of `admin` that were shown."""
        return [server.password for server in self.servers if server.password]

    def sign_in(self):
        """An administrator whose requests go to one server after the other."""
        (password,) = self.passwords()
        return Turns([Client(server.url) for server in self.servers]).sign_in(password)


class Turns:
    """One person whose every request goes to the next server."""

    def __init__(self, clients):
        self.clients, self.number = clients, 0

    def next(self):
        """The client of the server whose turn it is."""
        self.number += 1
        return self.clients[self.number % len(self.clients)]

    def sign_in(self, password, username="admin"):
        """Opens one session, at the next server, and uses it at all."""
        cookie = self.next().sign_in(password, username).cookie
        for client in self.clients:
            client.cookie = cookie
        return self

    def get(self, path):
        return self.next().get(path)

    def post(self, path, body):
        return self.next().post(path, body)

    def put(self, path, body):
        return self.next().put(path, body)

    def delete(self, path):
        return self.next().delete(path)

    def upload(self, *arguments, **named):
        return self.next().upload(*arguments, **named)

    def everywhere(self, path):
        """The statuses of all servers."""
        return [client.get(path).status for client in self.clients]


def ready(server):
    """Whether a server says on its operators' port that it is ready."""
    address = urllib.parse.urlsplit(server.greeting["Metrics"]).netloc
    connection = http.client.HTTPConnection(address, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Spreader:
    """Spreads connections over servers in turn, as the service of a cluster does: it looks whether each is ready and
    acts on it some time later. It does not look into what it passes on. `with Spreader(servers) as spreader:`"""

    LATE = 1.0
    EVERY = 0.25

    def __init__(self, servers):
        self.known = list(servers)
        self.taking = list(servers)
        self.number, self.passed = 0, 0
        self.running = threading.Event()
        self.stopping = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.url = None

    def __enter__(self):
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.running.wait(10)
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.watcher.join(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    def add(self, server):
        """A server that is looked at from now on."""
        self.known.append(server)

    def _watch(self):
        due = []  # (when, what is to be done then)
        last = {server: True for server in self.known}
        while not self.stopping.is_set():
            for server in list(self.known):
                now = ready(server)
                if now != last.get(server, False):
                    last[server] = now
                    due.append((time.monotonic() + self.LATE, server, now))
            for when, server, take in list(due):
                if time.monotonic() < when:
                    continue
                due.remove((when, server, take))
                if take:
                    self.taking = [*self.taking, server]
                else:
                    self.taking = [other for other in self.taking if other is not server]
                    self.known.remove(server)
            time.sleep(self.EVERY)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        serving = self.loop.run_until_complete(asyncio.start_server(self._pass_on, "127.0.0.1", 0, backlog=256))
        self.url = "http://127.0.0.1:{}".format(serving.sockets[0].getsockname()[1])
        self.running.set()
        self.loop.run_forever()

    async def _pass_on(self, reader, writer):
        self.number += 1
        server = self.taking[self.number % len(self.taking)]
        parts = urllib.parse.urlsplit(server.url)
        try:
            far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            writer.close()
            return
        self.passed += 1
        # Cancelled at the end, when nobody listens any more.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    @staticmethod
    async def _pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
