"""Tries every operation of openapi.json with schemathesis, on each database: see README.md beside this."""
import argparse
import collections
import functools
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROBUSTNESS = HERE.parent / "robustness"
sys.path[:0] = [str(HERE), str(ROBUSTNESS)]

from _lib import POSTGRESQL, SQLITE, Place, Server, Suite, databases
from _world import EXAMPLE_QUERIES, Seed, example_body, values_for

ROOT = HERE.parents[1]
# Each database is tried with another credential.
CREDENTIALS = {SQLITE: "key", POSTGRESQL: "session"}
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
# Which noun's ids fields of bodies and parameters of queries take, by name; and by noun and name where that differs.
FIELDS = {"project": "project", "projects": "project", "idProject": "project", "ontology": "ontology",
    "ontologyId": "ontology", "storage": "storage",
          "idStorage": "storage", "storageId": "storage", "image": "imageinstance", "images": "imageinstance",
          "slice": "sliceinstance", "slices": "sliceinstance",
          "term": "term", "terms": "term", "user": "user", "users": "user", "userId": "user",
          "baseImage": "abstractimage", "baseSlice": "abstractslice",
          "uploadedFile": "uploadedfile", "role": "role", "annotation": "annotation", "annotations": "annotation",
          "domainClassName": "class", "domainIdent": "domain", "domainId": "domain", "tag": "tag", "tagId": "tag",
          "idImage": "imageinstance", "key": "key"}
OF_NOUN = {("abstractslice", "image"): "abstractimage", ("user", "role"): None}
WARNINGS = ["missing_auth", "missing_test_data", "method_not_allowed", "unused_openapi_auth", "unresolvable_reference",
            "unsupported_regex", "dictionary_mismatch"]

# What answers mean nothing wrong, beside schemathesis' own lists: what a shape in WKT, a name or a password may be, and
# which keys go together, no schema tells, so that 400 may be the answer to what fits one; and 501 says that this server
# does not do something yet. That something valid succeeds is held by the table of 2xx.
STATUSES = {
    "positive_data_acceptance": ["2xx", "3xx", "400", "401", "403", "404", "409", "422", "429", "5xx"],
    "not_a_server_error": ["2xx", "3xx", "4xx", "501"],
}

# Bodies of more keys than this are not tried at the bounds of every key, which is thousands of requests: the same keys are
# tried in the query of the same address.
MANY = 25

# What is told of somebody who is deleted: annotations outlive accounts.
OUTLIVING = ("/api/user/{id}/userannotation/count", "/api/user/{id}/reviewedannotation/count")


def operations(document):
    """Path, method and description of every operation."""
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method in METHODS:
            if method in methods:
                yield path, method, {**methods[method], "parameters": shared + methods[method].get("parameters", [])}


def resolved(document, value):
    """What a reference stands for."""
    while isinstance(value, dict) and "$ref" in value:
        target = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def bindings(document, ids, passwords):
    """For each operation the parameters and fields that take known values, and how often: `{"path.id": ([5], 1.0)}`."""
    for path, method, operation in operations(document):
        noun, bound = path.split("/")[2] if path.startswith("/api/") else "", {}
        for parameter in operation["parameters"]:
            parameter = resolved(document, parameter)
            name, place = parameter["name"], parameter["in"]
            if place == "path":
                values = values_for(ids, path, name)
                known = values or "/command/" in path
                assert known, f"{method.upper()} {path}: say in _world.py what stands for {{{name}}}"
                if not takes_one(document, parameter["schema"], ("integer", "number")):
                    values = [str(value) for value in values or []]
                bound[f"path.{name}"] = (values or [1], 1.0)
            elif place == "query" and field(noun, name) and parameter.get("style") != "deepObject":
                required = parameter.get("required") or method == "get" and noun in ("annotation",
                    "userannotation") and name == "project" or name == "idProject" and path.endswith("/property/key") or name \
                    == "key" and path.endswith("/annotationposition")
                bound[f"query.{name}"] = (ids[field(noun, name)], 1.0 if required else 0.7)
        for name, schema in properties(document, operation).items():
            if path == "/session":
                bound[f"body.{name}"] = ([{"username": "spare", "password": passwords["spare"]}.get(name, "x")], 1.0)
            elif field(noun, name):
                for place, form in (("", schema), ("[*]", items(document, schema))):
                    if takes_one(document, form):
                        bound[f"body.{name}{place}"] = (ids[field(noun, name)], 0.9)
        yield path, method, bound


def field(noun, name):
    """Whose ids a field takes, or None."""
    return OF_NOUN.get((noun, name), FIELDS.get(name))


def properties(document, operation):
    """The fields of an operation's JSON body, of all its forms."""
    content = resolved(document, operation.get("requestBody") or {}).get("content", {})
    schema = resolved(document, content.get("application/json", {}).get("schema", {}))
    found = {}
    for form in [schema, *schema.get("oneOf", []), *schema.get("anyOf", []), *schema.get("allOf", [])]:
        found |= resolved(document, form).get("properties", {})
    return found


def forms(document, schema):
    """A schema and the ones of which it is a choice."""
    schema = resolved(document, schema)
    return [schema, *(resolved(document, form) for form in schema.get("oneOf", []) + schema.get("anyOf", []))]


def takes_one(document, schema, kinds=("integer", "number", "string")):
    """Whether a field takes a single number or text."""
    return any(kind in kinds for form in forms(document, schema) for kind in types(form))


def items(document, schema):
    """The schema of a field's elements, where it takes a list."""
    return next((form["items"] for form in forms(document, schema) if isinstance(form.get("items"), dict)), {})


def types(schema):
    """The types of a schema as a list."""
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def settings(document, state):
    """The text of schemathesis.toml."""
    lines = ["[warnings]", f"fail-on = {json.dumps(WARNINGS)}", ""]
    for phase in ("examples", "coverage"):
        # These are to be the same requests each time, and ids from answers may be gone by then.
        lines += [f"[phases.{phase}.extra-data-sources]", "responses = false", ""]
    for check, statuses in STATUSES.items():
        lines += [f"[checks.{check}]", f"expected-statuses = {json.dumps(statuses)}", ""]
    dictionaries, rows = {}, []
    for path, method, bound in bindings(document, state["ids"], state["passwords"]):
        parts = []
        for place, (values, share) in bound.items():
            name = dictionaries.setdefault(json.dumps(values), f"values-{len(dictionaries) + 1}")
            parts.append(f"{json.dumps(place)} = {{ dictionary = {json.dumps(name)}, probability = {share} }}")
        row = [f"parameters = {{ {', '.join(parts)} }}"] if parts else []
        if len(properties(document, document["paths"][path][method])) > MANY:
            row.append("phases = { coverage = { enabled = false } }")
        if path in OUTLIVING:
            row.append("checks = { use_after_free = { enabled = false } }")
        if row:
            rows += ["[[operations]]", f"include-name = {json.dumps(f'{method.upper()} {path}')}", *row, ""]
    for values, name in dictionaries.items():
        lines += [f"[dictionaries.{name}]", f"values = {values}", ""]
    return "\n".join(lines + rows)


def document_of(chosen, url):
    """The document: a file, or what the server gives."""
    if chosen.schema:
        return json.loads(chosen.schema.read_text())
    from _http import Client

    return Client(url).get("/api/openapi.json").ok()


def with_own_examples(document, state):
    """The document with examples of requests about things that are there: one succeeds for each operation."""
    bound = {(path, method): values for path, method, values in bindings(document, state["ids"], state["passwords"])}
    for path, method, operation in operations(document):
        known = {place: values[0] for place, (values, _) in bound[path, method].items()}
        for parameter in map(functools.partial(resolved, document), operation["parameters"]):
            place = f"{parameter['in']}.{parameter['name']}"
            query = EXAMPLE_QUERIES.get((method.upper(), path), {})
            if place in known:
                parameter["example"] = known[place]
            elif place == f"query.{parameter['name']}" and parameter["name"] in query:
                parameter["example"] = query[parameter["name"]]
            elif not parameter.get("required"):
                parameter.pop("example", None)
        # Without any example there is no request among the examples: so give each the one header that all read.
        written = document["paths"][path][method]
        written["parameters"] = written.get("parameters", []) + [{"name": "X-Request-ID", "in": "header",
            "schema": {"type": "string"}, "example": "example"}]
        # Schemathesis takes ids from examples of answers, too, and these are nobody's.
        for answer in operation["responses"].values():
            for form in resolved(document, answer).get("content", {}).values():
                form.pop("example", None)
        content = resolved(document, operation.get("requestBody") or {}).get("content", {})
        content, own = content.get("application/json", {}), example_body(state["ids"], method.upper(), path)
        example = content.get("example")
        if own is not None:
            content["example"] = own
        elif isinstance(example, dict):
            for name in example:
                if f"body.{name}[*]" in known:
                    example[name] = [known[f"body.{name}[*]"]]
                elif f"body.{name}" in known:
                    example[name] = known[f"body.{name}"]
    return document


def attempt(kind, chosen):
    """One database: starts the server with the demo project, runs schemathesis, returns its exit code and the table."""
    with Place(kind) as place, Server(place, "--demo") as server:
        seed = Seed(server.url, server.password)
        document = with_own_examples(document_of(chosen, server.url), seed.state)
        files = {name: place.folder / name for name in ("openapi.json", "state.json", "seen.txt", "schemathesis.toml")}
        files["openapi.json"].write_text(json.dumps(document))
        files["state.json"].write_text(json.dumps(seed.state))
        files["seen.txt"].touch()
        files["schemathesis.toml"].write_text(settings(document, seed.state))
        environment = {
            **os.environ,
            "PYTHONPATH": f"{HERE}{os.pathsep}{ROBUSTNESS}",
            "SCHEMATHESIS_HOOKS": "_hooks",
            "CYTOMINE_OPENAPI_STATE": str(files["state.json"]),
            "CYTOMINE_OPENAPI_SEEN": str(files["seen.txt"]),
            "CYTOMINE_OPENAPI_CREDENTIAL": CREDENTIALS[kind],
        }
        command = [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", files["schemathesis.toml"],
            "run", files["openapi.json"], "--url", server.url, "--checks", "all", "--seed", str(chosen.seed),
            "--workers", "1", "--generation-database", "none", "--continue-on-failure", "--no-color",
            "--output-sanitize", "false"]
        # However slow the machine is, each operation has its example; time is for what is made up beyond them.
        steps = [chosen.rest] if chosen.rest else [
            ["--phases", "examples"],
            ["--phases", "coverage,fuzzing,stateful", "--max-time", str(chosen.seconds)],
        ]
        codes = []
        for step in steps:
            done = subprocess.run([str(part) for part in command + step], env=environment, cwd=place.folder,
                stdin=subprocess.DEVNULL, timeout=chosen.seconds + 900, check=False)
            codes.append(done.returncode)
            assert server.alive(), "the server died\n" + server.read_log()[-3000:]
        seen = {f"{method.upper()} {path}": collections.Counter() for path, method, _ in operations(document)}
        for line in files["seen.txt"].read_text().splitlines():
            name, status = json.loads(line)
            seen[name][status] += 1
        return codes, seen


def succeeds(seen):
    """Prints the table, an address a line: of each method how many requests answered 2xx, of how many. Fails when an
    operation never did."""
    paths = collections.defaultdict(list)
    for name, found in sorted(seen.items()):
        method, path = name.split(" ", 1)
        good = sum(count for status, count in found.items() if 200 <= status < 300)
        paths[path].append(f"{method} {good}/{sum(found.values())}")
    for path, methods in paths.items():
        print(f"{path:<66} {'  '.join(methods)}")
    statuses = sum(seen.values(), collections.Counter())
    told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    print(f"{len(seen)} operations, {sum(statuses.values())} requests: {told}")
    never = [name for name, found in seen.items() if not any(200 <= status < 300 for status in found)]
    assert not never, f"{len(never)} operations never answered 2xx: " + ", ".join(never)


def passes(codes):
    """Fails when schemathesis found something, or was ended by a signal."""
    assert not any(codes), f"schemathesis ended with {codes}: its report is above"


def main():
    """The suite."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--schema", type=pathlib.Path, metavar="FILE",
        help="try this document instead of the server's own")
    options.add_argument("--seconds", type=int, default=30, help="time for requests beyond the examples, on each database")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("rest", nargs="*", help="arguments of `schemathesis run` for the one step of your own, after --")
    chosen = options.parse_args()
    suite = Suite()
    for kind in databases(suite):
        tried = suite.case(f"schemathesis runs on {kind}, signed in by {CREDENTIALS[kind]}", attempt, kind, chosen)
        if tried:
            codes, seen = tried
            suite.case(f"every operation answers 2xx on {kind}", succeeds, seen)
            suite.case(f"schemathesis finds nothing on {kind}", passes, codes)
    suite.finish()


if __name__ == "__main__":
    main()
