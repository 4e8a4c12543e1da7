"""Makes values.schema.json and README.md from values.template.yaml, so that every key has one source.

A line is `key: default # meaning @ schema`; `schema` adds JSON Schema words to what the default implies, and `free`
leaves a map or list open. Indentation nests. README.template.md has the place of the table. `python3 gen.py` writes both;
with `--check` it only compares.
"""
import json
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
QTY = r"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi)$"
DNS = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"
CRON = r"^(@(hourly|daily|weekly|monthly|yearly)|[0-9*/,-]+( [0-9*/,A-Za-z-]+){4,5})$"
WORDS = {
    "qty": {"pattern": QTY},
    "qty0": {"pattern": r"^(0|[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi))$"},
    "dns": {"pattern": DNS, "maxLength": 253},
    "cron": {"pattern": CRON},
    "cron0": {"pattern": r"^(|" + CRON[1:-1] + r")$"},
    "time": {"pattern": r"^[0-9]+(ms|s|m|h)$"},
    "replicas": {"minimum": 1, "maximum": 50},
    "count": {"minimum": 0},
    "port": {"minimum": 1, "maximum": 65535},
    "uid": {"minimum": 1},
    "intorpercent": {"type": ["integer", "string"], "pattern": "^[0-9]+%$"},
}
LINE = re.compile(r"^( *)([A-Za-z0-9-]+):(?: +(\S.*?))? +# (.*)$")


def node(default):
    if isinstance(default, bool):
        return {"type": "boolean"}
    if isinstance(default, int):
        return {"type": "integer"}
    if isinstance(default, float):
        return {"type": "number"}
    if isinstance(default, list):
        return {"type": "array", "items": {"type": "string"}}
    if isinstance(default, dict):
        return {"type": "object", "additionalProperties": False, "properties": {}}
    return {"type": "string"}


def schema(text):
    root = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Values of the chart cytomine",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    stack = [(-1, root)]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line == "---" or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line)
        if not match:
            sys.exit(f"values.template.yaml:{number}: a key has no description: {line}")
        indent, key, raw, words = len(match[1]), match[2], match[3], match[4]
        meaning, _, extra = words.partition(" @ ")
        while stack[-1][0] >= indent:
            stack.pop()
        entry = node(yaml.safe_load(raw) if raw else {})
        entry["description"] = meaning.strip()
        if raw:
            entry["default"] = yaml.safe_load(raw)
        extra = extra.strip()
        if extra == "free":
            entry.pop("additionalProperties", None)
            entry.pop("properties", None)
            entry.pop("items", None)
        elif extra in WORDS:
            entry.update(WORDS[extra])
        elif extra:
            entry.update(json.loads(extra))
        if isinstance(entry.get("default"), dict) and "properties" in entry and not entry["properties"] and raw and raw != "{}":
            sys.exit(f"values.template.yaml:{number}: write the keys of a closed map on their own lines")
        stack[-1][1]["properties"][key] = entry
        stack.append((indent, entry))
    required = [key for key in root["properties"] if key != "global"]
    # A file that is missing altogether must reach the template's own message, so nothing is asked without `image`.
    root["allOf"] = [
        {"if": {"required": ["image"]}, "then": {"required": required}},
        {
            "if": {"required": ["database"], "properties": {"database": {"properties": {"mode": {"const": "external"}}, "required": ["mode"]}}},
            "then": {"properties": {"database": {"properties": {"external": {"properties": {"host": {"minLength": 1}}}}}}},
        },
    ]
    close(root)
    return root


def close(entry):
    """An open map has no list of keys; a null must not delete a key the templates read."""
    for child in entry.get("properties", {}).values():
        close(child)
    if entry.get("additionalProperties") is False and "title" not in entry:
        entry["required"] = list(entry["properties"])


def rows(entry, path=""):
    """A line of the table for each key that holds a value; maps are told by their keys."""
    for key, child in entry.get("properties", {}).items():
        name = f"{path}.{key}" if path else key
        if child.get("properties"):
            yield from rows(child, name)
            continue
        kind = child.get("type", "string")
        kind = " or ".join(kind) if isinstance(kind, list) else kind
        if "enum" in child:
            kind = ", ".join(f"`{word}`" if word else '`""`' for word in child["enum"])
        default = json.dumps(child.get("default"), ensure_ascii=False)
        if len(default) > 80:
            default = default[:60].rsplit(" ", 1)[0] + " …"
        yield f"| `{name}` | {kind} | `{default}` | {child['description']} |"


def readme(root):
    table = ["| key | type | default | meaning |", "|---|---|---|---|", *rows(root)]
    return (HERE / "README.template.md").read_text().replace("@VALUES@", "\n".join(table))


def main():
    root = schema((HERE / "values.template.yaml").read_text())
    made = {"values.schema.json": json.dumps(root, indent=2) + "\n", "README.md": readme(root)}
    for name, text in made.items():
        target = HERE / name
        if "--check" not in sys.argv:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            sys.exit(f"{name} is not what values.template.yaml says. Run: python3 charts/cytomine/gen.py")


main()
