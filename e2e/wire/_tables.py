"""What is asked of every route in the same way: by all people, with bad ids, bad bodies, pages and orders."""
import json
import pathlib

ROUTES = [line.split() for line in (pathlib.Path(__file__).resolve().parent / "routes.txt").read_text().splitlines()
    if line and line[0] != "#"]
PEOPLE = ("alice", "bob", "gwen", "eve", "adam", "admin", "anonymous")
# What undoes, opens or closes something when it is read.
CHANGING = ("/undo", "/redo", "/session/admin/")
IDS = ("abc", "0", "-1", "1.5", "999999999999", "9223372036854775807", "9223372036854775808", " ", "é", "5,6", "true")
BODIES = (("nothing", ...), ("null", "null"), ("empty array", "[]"), ("empty object", "{}"), ("text", '"text"'),
    ("number", "7"), ("true", "true"), ("no JSON", "{"), ("no UTF-8", b'{"name":"\xff"}'),
          ("odd elements", '[null, 7, "x", [], {}]'), ("unknown key", '{"unknown": 1}'),
          ("double key", '{"name": "a", "name": "b"}'), ("blanks", "  \n "), ("too deep", "[" * 200 + "]" * 200))
VALUES = ({}, [1], "abc", "", None, -1, 1.5, 1e30, True, "True", "no", " 7 ", "null")
# Of the other lists.
FEW_PAGES = ("max=1&offset=1", "max=abc", "page=1&size=1", "sort=nonsense&order=desc", "max=1&max=2")
PAGED = ("/api/project", "/api/term", "/api/user", "/api/ontology", "/api/uploadedfile", "/api/annotation",
    "/api/project/{id}/imageinstance", "/api/project/{id}/user", "/api/storage")
PAGES = ("max=1", "max=1&offset=1", "offset=1", "offset=99", "max=0&offset=0", "max=-1", "max=abc", "max=1.5", "max=",
    "page=0", "page=1&size=1", "size=1", "page=-1", "max=1&max=2", "sort=created&order=asc", "sort=id&order=desc",
         "sort=name,asc", "sort=nonsense&order=desc", "sort=name&order=sideways", "sortColumn=name&sortDirection=desc",
         "max=99999999999999999999", "unknown=1", "max=1&offset=1&sort=name")


def readers(w):
    """Every route that reads, by everybody; by the manager also without the ending `.json`."""
    for method, template in ROUTES:
        if method != "GET" or any(part in template for part in CHANGING):
            continue
        path, query = w.path(template), w.query(template)
        ending = "" if plain(template) else ".json"
        hidden = [(r'("signature":")[^"]+', r"\1<signature>")] if "signature" in template else ()
        for who in PEOPLE:
            w.play(f"GET {template} as {who}", who, f"GET {path}{ending}{query}", same=template, hidden=hidden)
        if ending:
            w.play(f"GET {template} without ending", "alice", f"GET {path}{query}", same=template, hidden=hidden)
        answer = w.recorder.steps[-1].answer
        if answer.body.startswith(b'{"collection":'):
            pages(w, template, path, query)


def plain(template):
    """Whether the route answers something else than JSON, so that its ending says what."""
    return template.endswith(("{picture}", "{file}", "{tile}", "ty/{ty}", "dzi.dzi", "download", ".json"))


def pages(w, template, path, query):
    """A list, cut and sorted."""
    for page in PAGES if template in PAGED else FEW_PAGES:
        step = f"GET {template} {page}"
        w.play(step, "alice", f"GET {path}.json{query + '&' if query else '?'}{page}", same=template)


def strangers(w):
    """Every route that changes something, by whoever may not; nothing happens."""
    for method, template in ROUTES:
        if method == "GET" or template == "/session":
            continue
        path = w.path(template)
        ending = "" if plain(template) or "upload" == template.rsplit("/", 1)[-1] else ".json"
        for who in ("anonymous", "gwen") if "/user/current" not in template else ("anonymous",):
            if who == "gwen" and template in ("/upload", "/ims/upload"):
                continue
            w.play(f"{method} {template} as {who}", who, f"{method} {path}{ending}", {} if method != "DELETE" else ...,
                same=template)


def bad_ids(w):
    """Every gap of every address filled with what is there no id, by the manager."""
    for method, template in ROUTES:
        gaps = template.count("{")
        for place in range(min(gaps, 2)):
            for value in IDS:
                path = w.path(template, value, None) if place == 0 else w.path(template, None, value)
                ending = "" if plain(template) else ".json"
                step = f"{method} {template} with {place + 1}: {value}"
                w.play(step, "alice", f"{method} {path}{ending}{w.query(template)}", ... if method in ("GET", "DELETE")
                    else {}, same=f"{method} {template}")
    for number in (1, 2):
        w.play(f"route unknown {number}", "alice", f"GET /api/{'nothing' if number == 1 else 'project/5/nothing'}.json")
    for method, path in (("PATCH", "project.json"), ("DELETE", "project.json"), ("PUT", "role.json"),
        ("POST", "role/1.json"), ("OPTIONS", "project.json"), ("HEAD", "project.json")):
        w.play(f"method {method} {path}", "alice", f"{method} /api/{path}")


def bad_bodies(w):
    """Bodies that are no object or none of the right one, by the manager on things of the scenario's end."""
    for method, template in ROUTES:
        if method not in ("POST", "PUT") or template.endswith(("upload", "/keys")) or template == "/session":
            continue
        # Pictures of other nouns are asked for by the same code.
        if template.endswith("{picture}") and template.split("/")[2] not in ("imageinstance", "annotation"):
            continue
        path = w.path(template)
        for name, body in BODIES:
            ending = "" if plain(template) else ".json"
            w.play(f"{method} {template} {name}", "alice", f"{method} {path}{ending}", body,
                same=f"{method} {template}")


def odd_values(w):
    """Each key of each body with values of other types, one at a time; what is accepted is made."""
    for address, body in creations(w):
        for key in body:
            for number, value in enumerate((*VALUES, ...)):
                sent = {name: one for name, one in body.items() if name != key} | ({} if value is ... else {key: value})
                if key != "name" and "name" in sent:
                    sent["name"] = f"{address} {key} {number}"
                if key != "username" and "username" in sent:
                    sent["username"] = f"{key}-{number}"
                told = "absent" if value is ... else json.dumps(value)
                w.play(f"POST {address} {key} = {told}", "admin", f"POST /api/{address}.json", sent,
                    same=f"{address} {key}")
    for address, body in changes(w):
        for key in body:
            for value in VALUES:
                w.play(f"PUT {address} {key} = {json.dumps(value)}", "admin", f"PUT /api/{w.path(address)}.json",
                    {key: value}, same=f"PUT {address} {key}")


def creations(w):
    """Addresses and bodies from which things are made."""
    ids = w.ids
    return (
        ("user", {"username": "x", "firstname": "F", "lastname": "L", "email": "f@example.org", "password": "p",
        "language": "EN", "isDeveloper": True, "enabled": True, "role": "ROLE_USER"}),
        ("storage", {"name": "x", "user": ids["alice"]}),
        ("ontology", {"name": "x"}),
        ("term", {"name": "x", "color": "#ff0000", "comment": "c", "ontology": ids["spare ontology"], "parent": None}),
        ("project", {"name": "x", "ontology": ids["spare ontology"], "users": [ids["bob"]], "admins": [ids["alice"]],
        "blindMode": True, "isRestricted": True, "isReadOnly": False, "hideUsersLayers": True}),
        ("uploadedfile", {"storage": ids["storage"], "user": ids["alice"], "filename": "x", "originalFilename": "x",
        "ext": "x", "contentType": "x/y", "size": 1, "projects": [5], "status": 0, "parent": None}),
        ("property", {"key": "k", "value": "v", "domainClassName": "be.cytomine.domain.project.Project",
        "domainIdent": ids["project"]}),
        ("tag", {"name": "x"}),
        ("annotation", {"location": "POINT (10 10)", "image": ids["image in second"], "slice": None, "term": [],
        "user": ids["alice"], "properties": {}, "minPoint": 5}),
    )


def changes(w):
    """Addresses and bodies by which things are changed."""
    return (
        ("user/{user}", {"firstname": 0, "email": 0, "enabled": 0, "isDeveloper": 0, "language": 0}),
        ("project/{id}", {"name": 0, "blindMode": 0, "isRestricted": 0, "isClosed": 0, "ontology": 0, "users": 0,
        "admins": 0}),
        ("term/{id}", {"name": 0, "color": 0, "parent": 0, "comment": 0}),
        ("imageinstance/{id}", {"instanceFilename": 0, "physicalSizeX": 0, "magnification": 0, "fps": 0}),
        ("abstractimage/{id}", {"originalFilename": 0, "width": 0, "physicalSizeX": 0, "magnification": 0,
        "colorspace": 0, "uploadedFile": 0}),
        ("abstractslice/{id}", {"channel": 0, "channelName": 0, "zStack": 0, "image": 0}),
        ("sliceinstance/{id}", {"baseSlice": 0}),
        ("uploadedfile/{id}", {"originalFilename": 0, "status": 0, "size": 0, "projects": 0, "storage": 0}),
        ("project/{id}/defaultlayer/{user}", {"hideByDefault": 0}),
    )
