"""Differences between two recordings, one line each, and the list of those that are wanted."""
import fnmatch
import json
import re

DATABASES = ("SQLite", "PostgreSQL")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>')


class Number(str):
    """A number as it is written."""


class Record:
    """One step of a recording."""

    def __init__(self, text):
        lines = text.rstrip("\n").split("\n")
        self.name, self.request = lines[0].removeprefix("## "), lines[1]
        head, *body = lines[2:] or [""]
        self.status, *headers = head.split(" | ")
        self.headers = dict(header.split(": ", 1) for header in headers)
        self.body = "\n".join(body)


def records(text):
    """The steps of a recording by name, in order; an answer that was told as that of another step is filled in."""
    found = {}
    for part in re.split(r"\n(?=## )", text.strip()):
        record = Record(part)
        found[record.name] = record
    by_step = {name.rsplit("  as ", 1)[0]: record for name, record in found.items()}
    for record in found.values():
        if record.status.startswith("= "):
            other = by_step[record.status[2:]]
            record.status, record.headers, record.body = other.status, other.headers, other.body
    return found


def differences(one, other):
    """Lines `STEP: WHAT`, in the order of the first recording."""
    before, after = records(one), records(other)
    lines = []
    for name, record in before.items():
        if name not in after:
            lines.append(f"{name}: - step")
            continue
        lines += [f"{name}: {line}" for line in of_step(record, after[name])]
    lines += [f"{name}: + step" for name in after if name not in before]
    return lines


def of_step(one, other):
    """What differs between two answers to the same step."""
    if one.request != other.request:
        yield f"~ request: {one.request[:200]} -> {other.request[:200]}"
    if one.status != other.status:
        yield f"~ status: {one.status} -> {other.status}"
    for header in one.headers | other.headers:
        if one.headers.get(header) != other.headers.get(header):
            yield f"~ header {header}: {one.headers.get(header)} -> {other.headers.get(header)}"
    if one.body != other.body:
        found = list(of_bodies(one.body, other.body))
        yield from found or ["~ body: the same values, other bytes"]


def of_bodies(one, other):
    """What differs between two bodies: by place when both are JSON."""
    try:
        yield from of_values("$", parse(one), parse(other))
    except ValueError:
        yield f"~ body: {one[:300]} -> {other[:300]}"


def parse(body):
    """The JSON of a recorded body, in which masked numbers stand as `<name>`; numbers as texts."""

    def quoted(match):
        return match[0] if match[0][0] == '"' else json.dumps(f"number {match[0]}")

    return json.loads(TOKEN.sub(quoted, body), parse_float=Number, parse_int=Number)


def of_values(place, one, other):
    """What differs between two JSON values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one | other:
            if key not in other:
                yield f"- {place}.{key}: {short(one[key])}"
            elif key not in one:
                yield f"+ {place}.{key}: {short(other[key])}"
            else:
                yield from of_values(f"{place}.{key}", one[key], other[key])
        if [key for key in one if key in other] != [key for key in other if key in one]:
            yield f"~ {place}: order of keys"
    elif isinstance(one, list) and isinstance(other, list):
        for number, (left, right) in enumerate(zip(one, other)):
            yield from of_values(f"{place}[{number}]", left, right)
        if len(one) != len(other):
            yield f"~ {place}: {len(one)} elements -> {len(other)}"
    elif type(one) is not type(other) or one != other:
        yield f"~ {place}: {short(one)} -> {short(other)}"


def short(value):
    """A value for people."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else str(value)
    return text if len(text) < 160 else f"{text[:160]}…"


class Expected:
    """Differences that are wanted: lines `STEP PATTERN: WHAT PATTERN  # reason`, with `*` and `?`.

    A line that begins with `SQLite: ` or `PostgreSQL: ` is about that database alone.
    """

    def __init__(self, file):
        self.rows = []
        for number, line in enumerate(file.read_text().splitlines(), 1):
            pattern, _, reason = line.partition("  # ")
            if not pattern.strip() or line.startswith("#"):
                continue
            assert reason.strip(), f"{file.name}:{number} gives no reason"
            kind, colon, rest = pattern.partition(": ")
            if kind not in DATABASES:
                kind, rest = None, pattern
            # Brackets are places of lists here, not sets of letters.
            self.rows.append((kind, rest.strip().replace("[", "[[]"), set()))

    def covers(self, kind, line):
        """Whether somebody wants this difference on this database."""
        hit = next((row for row in self.rows if row[0] in (None, kind) and fnmatch.fnmatchcase(line, row[1])), None)
        if hit:
            hit[2].add(kind)
        return bool(hit)

    def all_used(self, kind):
        """Fails when a line of the list is about nothing on this database."""
        idle = [pattern for only, pattern, used in self.rows if only in (None, kind) and kind not in used]
        assert not idle, "these differences are expected, but there are none: " + "; ".join(idle)
