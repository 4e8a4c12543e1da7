"""Values: the schema against the template, wrong types, and secrets that must not leave Secret objects."""
import copy
import random
import re

import jsonschema
import yaml

from manifest import Manifest, name_of

FUZZ = 500
WRONG = {
    "string": [7, True, [], {}, None],
    "integer": ["7", 1.5, True, [], {}, None],
    "number": ["7", True, [], {}, None],
    "boolean": ["true", 1, [], {}, None],
    "array": ["a", 7, True, {"a": 1}, None],
    "object": ["a", 7, True, ["a"], None],
}


def keys_of_template(node, place=()):
    for key, value in node.items():
        yield (*place, key)
        if isinstance(value, dict):
            yield from keys_of_template(value, (*place, key))


def entries_of_schema(schema, place=()):
    for key, entry in schema.get("properties", {}).items():
        yield (*place, key), entry
        yield from entries_of_schema(entry, (*place, key))


def schema(report, chart):
    """Each key both ways, described, objects closed; a fuzz of wrong types is refused."""
    import json

    held = json.loads((chart / "values.schema.json").read_text())
    template = yaml.safe_load((chart / "values.template.yaml").read_text())
    entries = dict(entries_of_schema(held))
    free = {place for place, entry in entries.items() if entry.get("type") == "object" and "properties" not in entry}
    keys = {place for place in keys_of_template(template) if not any(place[: len(own)] == own for own in free if own != place)}
    report.test("schema: each key of the template is in it", [".".join(place) for place in sorted(keys - set(entries))])
    report.test("schema: each of its keys is in the template", [".".join(place) for place in sorted(set(entries) - keys)])
    report.test("schema: each key is described", [".".join(place) for place, entry in entries.items() if len(entry.get("description", "")) < 3])
    open_ones = [".".join(place) for place, entry in entries.items() if "properties" in entry and entry.get("additionalProperties") is not False]
    report.test("schema: objects with known keys are closed", open_ones)
    validator = jsonschema.Draft202012Validator(held)
    report.test("schema: the template is accepted", [fault.message for fault in validator.iter_errors(template)])

    # The same wrong values at each run: a failure can be repeated.
    chance = random.Random(1)
    accepted, tried = [], 0
    places = sorted(place for place in entries if entries[place].get("type"))
    while tried < FUZZ:
        place = places[tried % len(places)] if tried < len(places) else chance.choice(places)
        types = entries[place]["type"]
        types = [types] if isinstance(types, str) else types
        wrong = [value for value in WRONG[types[0]] if not any(fits(value, own) for own in types)]
        values = copy.deepcopy(template)
        node = values
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = chance.choice(wrong)
        # A parent chart may leave out `global`; null there is how Helm says it.
        if place == ("global",) and node["global"] is None:
            continue
        tried += 1
        if validator.is_valid(values):
            accepted.append(f"{'.'.join(place)}: {node[place[-1]]!r}")
    report.test(f"schema: a fuzz of {FUZZ} wrong types is refused", accepted)


def fits(value, kind):
    return jsonschema.Draft202012Validator({"type": kind}).is_valid(value)


# --- secrets -------------------------------------------------------------------------------------------------------

PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-|(?<![A-Za-z0-9])[0-9a-f]{64}(?![0-9a-f])")
# Digests and checksums are 64 hexadecimal digits too.
PUBLIC = re.compile(r"sha256:[0-9a-f]{64}|checksum/[a-z-]+: \"?[0-9a-f]{64}|cytomine\.org/made-for: \"?[0-9a-f]{64}")


def given_secrets(chart):
    """Values with a mark in each place for a secret, and the marks."""
    template = yaml.safe_load((chart / "values.template.yaml").read_text())
    marks = {}

    def fill(node, place):
        for key, value in node.items():
            path = f"{place}.{key}" if place else key
            if isinstance(value, dict):
                fill(value, path)
            elif value == "" and (path.startswith("secrets.") and "externalSecrets" not in path and key not in ("existingSecret", "serverId")):
                mark = f"marked{len(marks):04d}{'x' * 22}"
                if key == "serverKey":
                    mark = f"{len(marks) + 0xABC:064x}"
                elif key == "backupPhrase":
                    mark = mark.ljust(43, "y")
                elif key in ("public", "private"):
                    mark = f"{len(marks) + 0xABC0:08x}-1111-4111-8111-111111111111"
                node[key] = marks[path] = mark

    fill(template, "")
    return template, {path: mark for path, mark in marks.items() if not path.endswith(".public")}


def secrets(report, manifests, marked, marks, notes):
    """No secret outside Secret objects: neither one that was given, nor what looks like one."""
    for set_name, manifest in manifests.items():
        others = Manifest([obj for obj in manifest.objects if obj["kind"] != "Secret"])
        faults = []
        for obj in others.objects:
            text = PUBLIC.sub("", yaml.safe_dump(obj, width=10**6))
            faults += [f"{name_of(obj)}: {found[0][:24]}..." for found in PRIVATE.finditer(text)]
        report.test(f"secret scan of {set_name}", faults)
    faults = []
    for path, mark in marks.items():
        for obj in marked.objects:
            if obj["kind"] != "Secret" and mark in yaml.safe_dump(obj, width=10**6):
                faults.append(f"{path} stands in {name_of(obj)}")
        if mark in notes:
            faults.append(f"{path} stands in NOTES")
    report.test("secret scan: a given secret stands in Secret objects only", faults)
    kept = [path for path, mark in marks.items() if not any(mark_in_secret(obj, mark) for obj in marked.of("Secret"))]
    report.test("secret scan: each given secret reaches a Secret object", kept)


def mark_in_secret(obj, mark):
    import base64

    return any(mark.encode() in base64.b64decode(value) for value in (obj.get("data") or {}).values())
