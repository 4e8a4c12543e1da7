"""Which routes the steps of a recording called, and which of them succeeded."""
import json
import pathlib
import re

from _tables import ROUTES

ROOT = pathlib.Path(__file__).resolve().parents[2]


# The description itself and its page: a snapshot of the first is compared beside the code (crates/api/tests/openapi.rs).
# And what is asked of the process, which has no people, ids or bodies to be tried with: robustness and crates/cytomine do.
ABOUT_ITSELF = {f"GET /api/{path}" for path in ("openapi", "docs", "docs/page.js", "docs/page.css")}
ABOUT_ITSELF |= {"GET /server/ping", "POST /server/ping", *(f"GET /health/{what}" for what in ("started", "live", "ready"))}


def routes_of_the_tree():
    """METHOD PATH of every route that the tree says it has."""
    paths = json.loads((ROOT / "openapi.json").read_text())["paths"]
    found = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods
        if method in ("get", "post", "put", "delete", "patch")}
    return found - ABOUT_ITSELF


def shape(path):
    """The path with all gaps alike."""
    return re.sub(r"\{[^}]+\}", "{}", path)


def unknown_routes():
    """Routes of the tree that are not in routes.txt."""
    known = {f"{method} {shape(path)}" for method, path in ROUTES}
    return sorted(route for route in routes_of_the_tree() if shape(route) not in known)


def matchers():
    """Patterns of the routes, the most literal first."""
    rows = []
    for method, path in ROUTES:
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$")
        rows.append((path.count("{"), path, method, pattern))
    return sorted(rows, key=lambda row: (row[0], not row[1].endswith(".json")))


def statuses(steps):
    """For each route the statuses seen."""
    rows, seen = matchers(), {f"{method} {path}": set() for method, path in ROUTES}
    for step in steps:
        path = step.path.partition("?")[0]
        plain = path.removesuffix(".json")
        for _, template, method, pattern in rows:
            if method == step.method and (pattern.match(plain) or pattern.match(path)):
                seen[f"{method} {template}"].add(step.answer.status)
                break
    return seen


def table(steps):
    """Lines of routes with the statuses seen."""
    return [f"{name:<80} {' '.join(map(str, sorted(found)))}" for name, found in statuses(steps).items()]


def never_ok(steps):
    """Routes that never answered 2xx."""
    return [name for name, found in statuses(steps).items() if not any(200 <= status < 300 for status in found)]
