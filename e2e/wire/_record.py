"""Plays requests and keeps what was answered: a record per step, in which what changes from run to run has a name.

Before the first request the database's sequence of ids is raised to `FIRST_ID`, so that an id is known by its digits
wherever it stands: as a number, in a text, in an address. Ids get the names that the scenario gives, or else that of
the step that first showed them, so that a new id in one answer renames none in another.
"""
import base64
import hashlib
import hmac
import json
import re
import sqlite3
import struct
import urllib.parse

from _http import Client
from _lib import POSTGRESQL, psql, run

FIRST_ID = 7_100_000_000
ID = re.compile(r"(?<![0-9A-Za-z.])71\d{8}(?![0-9A-Za-z])")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Milliseconds since 1970 of this decade and the next.
TIME = re.compile(r"(?<![0-9.])(?:1[7-9]|2[0-2])\d{11}(?:\.\d+)?(?![0-9])")
HEADERS = ("Content-Type", "Cache-Control", "ETag", "Location", "Set-Cookie", "Content-Disposition", "Accept-Ranges",
           "Content-Range", "Retry-After", "WWW-Authenticate", "Allow")
ABSENT = object()


def raise_ids(place):
    """Lets ids begin at `FIRST_ID`, in a database whose tables are made and empty."""
    place.data.mkdir(mode=0o700)
    run("migrate", "--data", place.data, *(["--database", place.url] if place.url else []))
    if place.kind == POSTGRESQL:
        psql(f"ALTER SEQUENCE ids RESTART WITH {FIRST_ID + 1}", place.url)
        return
    with sqlite3.connect(place.data / "cytomine.db") as database:
        changed = database.execute("UPDATE id_sequence SET last = ?", (FIRST_ID,)).rowcount
    database.close()
    assert changed == 1, "the sequence of ids is not where it was: see raise_ids"


# Nearly every answer has these; records leave them out.
USUAL = {"Content-Type": "application/json", "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate"}


class Step:
    """One request and its answer."""

    def __init__(self, part, name, who, method, path, body, answer, same, hidden):
        self.part, self.name, self.who, self.method, self.path, self.body = part, name, who, method, path, body
        self.answer, self.same, self.hidden = answer, same, hidden

    def request_line(self):
        """Method, path and body, the latter short."""
        if self.body is None:
            return f"{self.method} {self.path}"
        text = line(self.body) if isinstance(self.body, str) else f"({len(self.body)} bytes)"
        return f"{self.method} {self.path} {text}"

    def answer_lines(self):
        """Status with headers, then the body."""
        headers = []
        for name in HEADERS:
            for value in self.answer.headers.get_all(name) or []:
                if value == USUAL.get(name):
                    continue
                if name == "ETag":
                    value = "yes"
                if name == "Set-Cookie":
                    value = re.sub(r"^([^=]+)=[0-9a-f]+;", r"\1=<token>;", value)
                headers.append(f"{name.lower()}: {value}")
            if name in USUAL and name not in self.answer.headers:
                headers.append(f"{name.lower()}: none")
        return [" | ".join([str(self.answer.status), *headers]), *body_lines(self.answer)]


def body_lines(answer):
    """The body as lines: text as it came, with a break between the objects of a list; else size and hash."""
    body, kind = answer.body, answer.headers.get("Content-Type") or ""
    if not body:
        return []
    if kind.split(";")[0] in ("application/json", "application/xml") or kind.startswith("text/"):
        return without_copy(line(body.decode())).replace("},{", "},\n{").split("\n")
    digest = hashlib.sha256(body).hexdigest()[:20]
    return [f"({len(body)} bytes, sha256 {digest}{pixels(body)})"]


def line(text):
    """The text without ends of lines."""
    return text.replace("\r", "\\r").replace("\n", "\\n")


def without_copy(text):
    """The text without the second of the two equal objects in the answer to a command: `"user":{...},"data":{...}`."""
    key = ',"data":'
    start = text.find(key + "{")
    if start < 0:
        return text
    _, end = json.JSONDecoder().raw_decode(text, start + len(key))
    length = end - start - len(key)
    if text[start - length:start] != text[start + len(key):end]:
        return text
    return f"{text[:start]}{key}<the same>{text[end:]}"


def pixels(body):
    """Width and height of a PNG or JPEG, for people who compare two records."""
    if body.startswith(b"\x89PNG"):
        return ", PNG %d x %d" % struct.unpack(">II", body[16:24])
    if body.startswith(b"\xff\xd8"):
        place = 2
        while place + 9 < len(body):
            marker, length = body[place + 1], struct.unpack(">H", body[place + 2:place + 4])[0]
            if 0xC0 <= marker <= 0xC2:
                height, width = struct.unpack(">HH", body[place + 5:place + 9])
                return f", JPEG {width} x {height}"
            place += 2 + length
    return ""


class Recorder:
    """Sends requests for people and keeps the steps."""

    def __init__(self, url):
        self.url, self.part = url, None
        self.steps, self.taken = [], set()
        self.names, self.secrets = {}, []

    def name(self, value, name):
        """Lets an id be called `<name>` in the records."""
        self.names.setdefault(str(value), name)
        return value

    def secret(self, text, name):
        """Lets a text be called `<name>`."""
        self.secrets.append((text, name))

    def play(self, name, who, request, body=ABSENT, *, names=None, same=None, hidden=(), headers=None,
        content_type=None):
        """Sends `METHOD PATH` as somebody and returns the JSON of the answer, or None when it has none.

        `names` are names for ids in the answer, by place: `{"project": "data.id"}`. Of steps with the same `same`, an
        answer that equals an earlier one is recorded as that. `hidden` are patterns of what depends on time, with
        replacements.
        """
        assert name not in self.taken, f"two steps are called {name}"
        self.taken.add(name)
        method, _, path = request.partition(" ")
        path = urllib.parse.quote(path, safe="/?&=%[],:*;!()+-_.~")
        text = None
        if body is not ABSENT:
            text = body if isinstance(body, (str, bytes)) else json.dumps(body, ensure_ascii=False)
            content_type = content_type or "application/json"
        sent = text.encode() if isinstance(text, str) else text
        answer = who.send(method, path, sent, content_type, headers)
        if sent and answer.status >= 300:
            who.client.close()  # the server does so, too, when it has not read the body to its end
        self.steps.append(Step(self.part, name, who.name, method, path, text, answer, same, hidden))
        return self.learn(name, answer, names or {})

    def upload(self, name, who, path, filename, content, *, names=None, hidden=()):
        """Uploads a file; recorded like the others."""
        self.taken.add(name)
        answer = who.upload(filename, content, path)
        self.steps.append(Step(self.part, name, who.name, "POST", path, content, answer, None, hidden))
        return self.learn(name, answer, names or {})

    def learn(self, step, answer, names):
        """Reads an answer and names the ids of what it made."""
        try:
            value = json.loads(answer.body)
        except ValueError:
            assert not names, f"{step}: status {answer.status}: {answer.body[:300]!r}"
            return None
        for name, place in names.items():
            self.name(at(value, place, step), name)
        if isinstance(value, dict):
            if isinstance(value.get("data"), dict) and "id" in value["data"]:
                self.name(value["data"]["id"], step)
            if "command" in value:
                self.name(value["command"], f"{step} command")
        return value

    def masked(self, text, step):
        """The text with names for all that changes from run to run."""
        for pattern, replacement in step.hidden:
            text = re.sub(pattern, replacement, text)
        for secret, name in self.secrets:
            text = text.replace(secret, f"<{name}>")
        text = text.replace(self.url, "<base>").replace(self.url.split("//")[1], "<host>")
        text = UUID.sub("<uuid>", text)

        def named(match):
            known = self.names.get(match[0])
            if known is None:
                known = f"{step.name}#{self.counts.setdefault(step.name, 0) + 1}"
                self.counts[step.name] += 1
                self.names[match[0]] = known
            return f"<{known}>"

        return TIME.sub("<time>", ID.sub(named, text))

    def parts(self):
        """The records, masked: a text for each part of the scenario."""
        self.counts, known, parts = {}, {}, {}
        for step in self.steps:
            step.name = ID.sub(lambda match: f"<{self.names.get(match[0], '?')}>", step.name)
            head = [f"## {step.name}  as {step.who}", self.masked(step.request_line(), step)]
            lines = [self.masked(text, step) for text in step.answer_lines()]
            if step.same:
                key = (step.part, step.same, *lines)
                if key in known and len("\n".join(lines)) > len(known[key]) + 4:
                    lines = [f"= {known[key]}"]
                else:
                    known.setdefault(key, step.name)
            parts.setdefault(step.part, []).append("\n".join(head + lines) + "\n")
        return {part: "\n".join(records) for part, records in parts.items()}

    def raw(self):
        """The records as they came, in one text."""
        return "\n".join("\n".join([f"## {step.name}  as {step.who}", step.request_line(),
            *step.answer_lines()]) + "\n" for step in self.steps)


def at(value, place, step):
    """What stands at a place such as `data.id` or `0.images.0.image.id`."""
    for part in place.split("."):
        try:
            value = value[int(part)] if part.isdigit() else value[part]
        except (KeyError, IndexError, TypeError) as cause:
            raise AssertionError(f"{step}: there is no {place} in {json.dumps(value)[:600]}") from cause
    return value


class Person:
    """Somebody who sends requests, by session, signed, or as nobody."""

    def __init__(self, name, client, generation=4):
        self.name, self.client, self.generation, self.id = name, client, generation, None

    def send(self, method, path, body, content_type, headers):
        """One request."""
        if self.generation == 3 and self.client.keys:
            headers = {**signed_with_path(self.client, method, content_type or "", path), **(headers or {})}
        return self.client.send(method, path, body, content_type if body is not None else "", headers)

    def upload(self, filename, content, path):
        """One file."""
        address, _, query = path.partition("?")
        return self.client.upload(filename, content, query, address)


def signed_with_path(client, method, content_type, path):
    """The headers of a client of the classic generation, which signs the path, too."""
    headers = client.headers(method, content_type)
    text = f"{method}\n\n{content_type}\n{headers['Date']}\n{path}"
    digest = hmac.new(client.keys[1].encode(), text.encode(), hashlib.sha1).digest()
    return {"Authorization": f"CYTOMINE {client.keys[0]}:{base64.b64encode(digest).decode()}", "Date": headers["Date"]}


def nobody(url):
    """A person without credentials."""
    return Person("anonymous", Client(url))
