"""A stand-in for the API server that holds the objects of a rendering, so that `lookup` finds them.

`standin.py RENDERED.yaml PORTFILE` listens on a free port of loopback, writes its number, and serves until it is ended.
It knows what Helm asks in a server-side dry run: version, discovery, and single Secrets and StatefulSets.
"""
import http.server
import json
import pathlib
import sys

import yaml

OBJECTS = {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(pathlib.Path(sys.argv[1]).read_text()) if d}
KINDS = {
    "v1": ["Secret", "ConfigMap", "Service", "ServiceAccount", "PersistentVolumeClaim"],
    "apps/v1": ["StatefulSet", "Deployment"],
    "batch/v1": ["Job"],
    "policy/v1": ["PodDisruptionBudget"],
    "networking.k8s.io/v1": ["NetworkPolicy", "Ingress"],
}


def plural(kind):
    word = kind.lower()
    return word[:-1] + "ies" if word.endswith("y") else word + "es" if word.endswith("s") else word + "s"


def resources(version):
    names = [
        {"name": plural(kind), "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
        for kind in KINDS[version]
    ]
    return {"kind": "APIResourceList", "groupVersion": version, "resources": names}


def groups():
    found = []
    for version in KINDS:
        if "/" in version:
            entry = {"groupVersion": version, "version": "v1"}
            found.append({"name": version.split("/")[0], "versions": [entry], "preferredVersion": entry})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}


def answer(path):
    if path == "/version":
        return {"major": "1", "minor": "37", "gitVersion": "v1.37.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        return groups()
    for version in KINDS:
        if path in (f"/api/{version}", f"/apis/{version}"):
            return resources(version)
    *_, many, name = path.split("/")
    return next((d for (kind, own), d in OBJECTS.items() if own == name and plural(kind) == many), None)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        found = answer(self.path.split("?")[0])
        missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(found or missing).encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
pathlib.Path(sys.argv[2]).write_text(str(server.server_port))
server.serve_forever()
