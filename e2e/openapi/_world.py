"""Who sends the requests, and the things that they are about: ids of the demo project, and new things to be used up.

Reading is done on the demo project. Whatever changes or ends a thing is done on one made for that request, by another
administrator, so that no request takes from the next what it needs.
"""
import itertools
import json
import os
import pathlib
import urllib.parse

from _http import Client
from _images import png

DATA = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data"
SHAPE = "POLYGON ((10 10, 10 60, 60 60, 60 10, 10 10))"
# What stands in gaps of addresses that are no ids, by name of the gap.
FIXED = {"relation": ["parent"], "file": ["macro.png", "label.jpg"], "tile": ["0_0.jpg"], "ty": ["0.jpg", "0.png"],
    "level": [0],
         "class": ["be.cytomine.domain.project.Project"], "zoom": [0], "z": [0], "tx": [0], "channel": [0], "time": [0]}


def on(project):
    """Fields that name a project as what something hangs on."""
    return {"domainClassName": FIXED["class"][0], "domainIdent": project}


class Api:
    """An administrator's calls that must succeed."""

    def __init__(self, url, keys):
        self.client = Client(url).sign_with(keys)
        self.number = itertools.count(1)

    def get(self, path):
        """Reads."""
        return self.client.get(f"/api/{path}").ok()

    def make(self, path, body):
        """Makes something and returns its id."""
        made = self.client.post(f"/api/{path}", body)
        # The next is wanted in seconds or in minutes, when the server has closed the connection.
        self.client.close()
        assert made.status == 200, f"POST {path} {body}: {made.status} {made.body[:300]}"
        return made.json()["data"]["id"]

    def link(self, path, body=None):
        """POST of what has no id."""
        made = self.client.post(f"/api/{path}", body)
        self.client.close()
        assert made.status == 200, f"POST {path}: {made.status} {made.body[:300]}"
        return made.json()

    def attach(self, project):
        """Attaches a file to a project and returns its id."""
        made = self.client.upload("a.txt", b"text", query=urllib.parse.urlencode(on(project)), path="/api/attachedfile.json")
        self.client.close()
        assert made.status == 200, f"attachedfile: {made.status} {made.body[:300]}"
        return made.json()["id"]

    def name(self, what):
        """A name that nothing has."""
        # Each process that sends requests counts by itself.
        return f"{what} of a request {os.getpid()}-{next(self.number)}"


class Seed:
    """Accounts and ids, found once the server with the demo project runs; handed on as JSON."""

    def __init__(self, url, password):
        admin = Client(url).sign_in(password)
        self.state = {"url": url, "keys": {}, "passwords": {}}
        for name in ("schemathesis", "maker", "spare"):
            body = {"username": name, "firstname": name, "lastname": "x", "email": "x@example.org",
                "password": f"{name} password", "role": "ROLE_ADMIN"}
            admin.post("/api/user.json", body).ok()
            # Signing in opens the admin session of that session; that of the keys is another one.
            own = Client(url).sign_in(body["password"], name)
            keys = own.get("/api/user/current/keys.json").ok()
            Client(url).sign_with(keys).get("/session/admin/open.json").ok()
            self.state["keys"][name] = keys
            self.state["passwords"][name] = body["password"]
        self.state["ids"] = self.ids(Api(url, self.state["keys"]["maker"]), admin)

    def ids(self, api, admin):
        """Lists of ids by noun."""
        def listed(path):
            return admin.get(f"/api/{path}").ok()["collection"]

        project = listed("project.json")[0]
        image = listed(f"project/{project['id']}/imageinstance.json")[0]
        plane = admin.get(f"/api/imageinstance/{image['id']}/sliceinstance/reference.json").ok()
        terms = [term["id"] for term in listed(f"ontology/{project['ontology']}/term.json")]
        member = api.make("user.json", {"username": "member", "password": "p", "email": "m@example.org"})
        api.link(f"project/{project['id']}/user/{member}.json")
        api.link(f"project/{project['id']}/defaultlayer.json", {"user": member})
        api.link(f"project/{project['id']}/representative.json", {"user": member})
        annotations = [row["id"] for row in listed(f"annotation.json?project={project['id']}&max=3")]
        for one in annotations:
            admin.post(f"/api/annotation/{one}/term/{terms[0]}.json", {"user": member})
        pair = [api.make("term.json", {"name": name, "color": "#123456", "ontology": project["ontology"]})
            for name in ("parent", "child")]
        api.link("relation/parent/term.json", {"term1": pair[0], "term2": pair[1]})
        file = admin.get(f"/api/abstractimage/{image['baseImage']}.json").ok()["uploadedFile"]
        grade = {"key": "grade", "value": "3"}
        hung = {noun: api.make(f"{noun}/{thing}/property.json", grade) for noun, thing in
            (("project", project["id"]), ("imageinstance", image["id"]), ("annotation", annotations[0]))}
        for one in annotations[1:]:
            api.make(f"annotation/{one}/property.json", grade)
        tag = api.make("tag.json", {"name": "Urgent"})
        link = api.make("tag_domain_association.json", {"tag": tag, **on(project["id"])})
        api.make("description.json", {"data": "<p>text</p>", **on(project["id"])})
        attached = api.attach(project["id"])
        return {
            "property of domain": [hung["project"]], "property of project": [hung["project"]],
            "property of imageinstance": [hung["imageinstance"]], "property of annotation": [hung["annotation"]],
            "domain": [project["id"]], "class": FIXED["class"], "key": ["grade"], "tag": [tag],
            "tag_domain_association": [link], "attachedfile": [attached],
            "project": [project["id"]], "ontology": [project["ontology"]], "term": terms[:1], "other term": terms[1:2],
            "term1": pair[:1], "term2": pair[1:], "imageinstance": [image["id"]],
            "sliceinstance": [plane["id"]], "abstractslice": [plane["baseSlice"]],
            "abstractimage": [image["baseImage"]],
            "uploadedfile": [file], "storage": [admin.get(f"/api/uploadedfile/{file}.json").ok()["storage"]],
            "annotation": annotations, "userannotation": annotations, "user": [member], "role": [2, 3],
            "userkey": [self.state["keys"]["maker"]["publicKey"]],
        }


def noun_before(path, gap):
    """The literal segment before a gap of an address."""
    segments = path.split("/")
    return next((one for one in reversed(segments[:segments.index("{" + gap + "}")]) if not one.startswith("{")), "")


def values_for(ids, path, gap):
    """What may stand in a gap of an address; None when nobody said."""
    noun = noun_before(path, gap)
    if gap == "picture":
        return ["crop.png", "mask.png"] if "annotation" in noun else ["thumb.png", "window-10-10-50-50.jpg"]
    if gap == "id" and "{property}" in path:
        # The one whose property is known.
        return ids[noun][:1]
    if gap in ("id", "key", "role"):
        return ids.get(noun)
    if gap == "property":
        return ids.get(f"property of {path.split('/')[2]}")
    if gap == "image":
        return ids["imageinstance"]
    return ids.get(gap) or FIXED.get(gap)


class Things:
    """Makes things for requests that change or end them."""

    def __init__(self, state):
        self.api, self.own = Api(state["url"], state["keys"]["maker"]), Api(state["url"], state["keys"]["schemathesis"])
        self.ids = {noun: values[0] for noun, values in state["ids"].items()}

    def ontology(self):
        return self.api.make("ontology.json", {"name": self.api.name("Ontology")})

    def term(self, ontology=None):
        return self.api.make("term.json", {"name": self.api.name("Term"), "color": "#abcdef",
            "ontology": ontology or self.ontology()})

    def project(self, **fields):
        return self.api.make("project.json", {"name": self.api.name("Project"), **fields})

    def storage(self):
        return self.api.make("storage.json", {"name": self.api.name("Storage")})

    def user(self):
        name = self.api.name("person").replace(" ", "-")
        return self.api.make("user.json", {"username": name, "password": "p", "email": "p@example.org"})

    def uploadedfile(self):
        body = {"storage": self.ids["storage"], "filename": "x.tif", "originalFilename": "x.tif", "ext": "tif",
            "contentType": "x/y", "size": 1, "status": 100}
        return self.api.make("uploadedfile.json", body)

    def abstractimage(self):
        return self.api.make("abstractimage.json", {"uploadedFile": self.uploadedfile(), "originalFilename": "x.tif",
            "width": 100, "height": 100})

    def abstractslice(self, image=None):
        image = image or self.abstractimage()
        file = self.api.get(f"abstractimage/{image}.json")["uploadedFile"]
        return self.api.make("abstractslice.json",
            {"image": image, "uploadedFile": file, "channel": next(self.api.number), "zStack": 0, "time": 0})

    def imageinstance(self, image=None):
        return self.api.make("imageinstance.json", {"baseImage": image or self.ids["abstractimage"],
            "project": self.project(ontology=self.ids["ontology"])})

    def sliceinstance(self):
        image = self.imageinstance()
        return self.api.get(f"imageinstance/{image}/sliceinstance/reference.json")["id"]

    def annotation(self):
        return self.api.make("annotation.json", {"location": SHAPE, "image": self.imageinstance(),
            "term": [self.ids["term"]]})

    userannotation = annotation

    # What something hangs on, where the address names a class: always a project.
    domain = project

    def tag(self):
        return self.api.make("tag.json", {"name": self.api.name("Tag")})

    def tag_domain_association(self):
        return self.api.make("tag_domain_association.json", {"tag": self.ids["tag"], **on(self.project())})

    def attachedfile(self):
        return self.api.attach(self.project())

    def described(self):
        project = self.project()
        self.api.make("description.json", {"data": "text", **on(project)})
        return {"id": project}

    def with_property(self, noun):
        """Something of the demo with a property that nothing else uses."""
        thing = self.ids[noun]
        path = f"domain/{FIXED['class'][0]}/{thing}" if noun == "domain" else f"{noun}/{thing}"
        return {"id": thing, "property": self.api.make(f"{path}/property.json", {"key": "k", "value": "v"})}

    def command(self, undone=False):
        # Of the account that sends the requests: nobody undoes what others did.
        made = self.own.link("storage.json", {"name": self.api.name("Storage")})
        if undone:
            self.own.get(f"command/{made['command']}/undo.json")
        return made["command"]

    def member(self):
        user = self.user()
        return {"id": self.project(users=[user]), "user": user}

    def layer(self):
        gaps = self.member()
        self.api.link(f"project/{gaps['id']}/defaultlayer.json", {"user": gaps["user"]})
        return gaps

    def representative(self):
        gaps = self.member()
        self.api.link(f"project/{gaps['id']}/representative.json", {"user": gaps["user"]})
        return gaps

    def granted(self):
        user = self.user()
        self.api.link(f"user/{user}/role.json", {"role": 3})
        return {"id": user, "role": 3}

    def terms(self):
        """Two terms of one ontology."""
        ontology = self.ontology()
        return {"term1": self.term(ontology), "term2": self.term(ontology)}

    def related(self):
        pair = self.terms()
        self.api.link("relation/parent/term.json", pair)
        return {"relation": "parent", **pair}

    def linked(self):
        """An annotation with a term of the account that sends the requests."""
        one, user = self.annotation(), self.own.get("user/current.json")["id"]
        self.own.link(f"annotation/{one}/term/{self.ids['term']}.json", {})
        return {"id": one, "term": self.ids["term"], "user": user}

    def unlinked(self):
        """An annotation, and a term that it lacks."""
        return {"id": self.annotation(), "term": self.ids["other term"]}

    def free_plane(self):
        """An image of a project, and a plane of its base that it lacks."""
        base = self.abstractimage()
        self.abstractslice(base)
        image = self.imageinstance(base)
        return {"image": image, "baseSlice": self.abstractslice(base)}

    def new_slice(self):
        """An image and its file, which lack the plane."""
        image = self.abstractimage()
        return {"image": image, "uploadedFile": self.api.get(f"abstractimage/{image}.json")["uploadedFile"]}

    def new_image(self):
        """An image and a project that lacks it."""
        return {"baseImage": self.ids["abstractimage"], "project": self.project()}

    def for_path(self, method, path):
        """Values for the gaps of an address, of things made for the request; empty when the demo's will do."""
        special = SPECIAL.get((method, path)) or SPECIAL.get(("*", path))
        if special:
            gaps = special(self)
        elif method == "GET" or "{id}" not in path:
            return {}
        else:
            noun = noun_before(path, "id")
            make = getattr(self, noun, None)
            assert make, f"{method} {path}: say in _world.py how a thing is made that the request may change"
            gaps = {"id": make()}
        return gaps

    def for_query(self, method, path, gaps):
        """Parameters of a query that name something to be used up."""
        make = QUERIES.get((method, path))
        return make(self, gaps) if make else {}

    def for_body(self, method, path, gaps):
        """Fields of a body without which it would be refused, or after the first time."""
        make = BODIES.get((method, path))
        return make(self, gaps) if make else {}


SPECIAL = {
    # What is undone without a number is the last command, which must be one that nothing stands in the way of.
    **{("GET", f"{path}{ending}"): lambda t: {"id": t.command()} for path in ("/api/command/undo", "/command/undo")
       for ending in ("", ".json")},
    **{("GET", f"{path}{ending}"): lambda t: {"id": t.command(undone=True)} for path in ("/api/command/redo",
        "/command/redo") for ending in ("", ".json")},
    ("GET", "/api/command/{id}/undo"): lambda t: {"id": t.command()},
    ("GET", "/api/command/{id}/redo"): lambda t: {"id": t.command(undone=True)},
    ("GET", "/command/{id}/undo"): lambda t: {"id": t.command()},
    ("GET", "/command/{id}/redo"): lambda t: {"id": t.command(undone=True)},
    ("GET", "/command/{id}/undo.json"): lambda t: {"id": t.command()},
    ("GET", "/command/{id}/redo.json"): lambda t: {"id": t.command(undone=True)},
    ("POST", "/api/project/{id}/user/{user}"): lambda t: {"id": t.project(), "user": t.ids["user"]},
    ("*", "/api/project/{id}/user/{user}"): Things.member,
    ("*", "/api/project/{id}/user/{user}/admin"): lambda t: {"id": t.project(), "user": t.user()},
    ("POST", "/api/project/{id}/defaultlayer"): Things.member,
    ("POST", "/api/project/{id}/representative"): Things.member,
    ("DELETE", "/api/project/{id}/representative"): Things.representative,
    ("PUT", "/api/project/{id}/defaultlayer/{user}"): Things.layer,
    ("DELETE", "/api/project/{id}/defaultlayer/{user}"): Things.layer,
    ("DELETE", "/api/project/{id}/representative/{user}"): Things.representative,
    ("DELETE", "/api/user/{id}/role/{role}"): Things.granted,
    ("DELETE", "/api/relation/{relation}/term1/{term1}/term2/{term2}"): Things.related,
    ("POST", "/api/annotation/{id}/term/{term}"): Things.unlinked,
    ("DELETE", "/api/annotation/{id}/term/{term}"): Things.linked,
    ("DELETE", "/api/annotation/{id}/term/{term}/user/{user}"): Things.linked,
    **{(method, "/api/domain/{class}/{id}/description"): Things.described for method in ("PUT", "DELETE")},
    **{(method, f"/api/{parent}/{{id}}/property/{{property}}"): lambda t, noun=noun: t.with_property(noun)
       for method in ("PUT", "DELETE") for parent, noun in (("domain/{class}", "domain"), ("project", "project"),
       ("annotation", "annotation"), ("imageinstance", "imageinstance"))},
    # Pictures are made, not changed.
    **{("POST", f"/api/{noun}/{{id}}/{{picture}}"): lambda t: {} for noun in
       ("annotation", "userannotation", "imageinstance", "sliceinstance", "abstractimage", "abstractslice")},
}
POSITIONS = "/api/user/{user}/imageinstance/{image}/annotationposition"
QUERIES = {
    ("GET", POSITIONS): lambda t, gaps: {"key": "grade", "bbox": "0,0,999,999"},
    ("DELETE", "/api/annotation"): lambda t, gaps: {"annotations": str(t.annotation())},
    **{(method, "/api/attachedfile"): lambda t, gaps: {"filename": "a.txt", "key": "k", **on(t.ids["project"])}
       for method in ("POST", "PUT")},
    ("DELETE", "/api/project/{id}/representative"): lambda t, gaps: {"user": gaps["user"]} if gaps else {},
    # The plane counts before all others that a search may name; the annotations that it compares with must be there.
    **{("GET", f"/api/{path}"): lambda t, gaps: {"slice": t.ids["sliceinstance"],
        "bboxAnnotation": t.ids["annotation"], "baseAnnotation": t.ids["annotation"], "maxDistanceBaseAnnotation": 10}
       for path in ("annotation", "annotation/search", "userannotation")},
}
DRAWN = {"POST": lambda t, gaps: {"location": SHAPE, "image": t.ids["imageinstance"]},
         "PUT": lambda t, gaps: {"location": SHAPE, "image": t.api.get(f"annotation/{gaps['id']}.json")["image"]}
         if gaps else {}}
GRADED = {"key": "grade", "value": "3"}
BODIES = {
    ("POST", "/api/tag"): lambda t, gaps: {"name": t.api.name("Tag")},
    ("PUT", "/api/tag/{id}"): lambda t, gaps: {"name": t.api.name("Tag")},
    **{("POST", f"/api/{parent}property"): lambda t, gaps: {**GRADED, **on(t.ids["project"])} for parent in
       ("", "domain/{class}/{id}/", "project/{id}/", "annotation/{id}/", "imageinstance/{id}/")},
    **{("PUT", f"/api/{parent}/{{id}}/property/{{property}}"): lambda t, gaps: GRADED for parent in
       ("domain/{class}", "project", "annotation", "imageinstance")},
    **{("POST", f"/api/{parent}description"): lambda t, gaps: {"data": "<p>text</p>", **on(t.project())} for parent in
       ("", "domain/{class}/{id}/")},
    **{("POST", f"/api/{parent}tag_domain_association"): lambda t, gaps: {"tag": t.tag(), **on(t.ids["project"])}
       for parent in ("", "domain/{class}/{id}/")},
    **{(method, "/api/attachedfile"): lambda t, gaps: {"files[]": png(40, 30), **on(str(t.ids["project"])), "key": "k",
       "filename": "a.png"} for method in ("POST", "PUT")},
    ("POST", "/api/relation/term"): lambda t, gaps: t.terms(),
    ("POST", "/api/relation/{relation}/term"): lambda t, gaps: t.terms(),
    ("POST", "/api/imageinstance"): lambda t, gaps: t.new_image(),
    ("POST", "/api/abstractslice"): lambda t, gaps: t.new_slice(),
    ("POST", "/api/sliceinstance"): lambda t, gaps: t.free_plane(),
    ("POST", "/api/abstractimage"): lambda t, gaps: {"uploadedFile": t.uploadedfile()},
    ("POST", "/api/annotation"): DRAWN["POST"],
    ("POST", "/api/userannotation"): DRAWN["POST"],
    ("PUT", "/api/annotation/{id}"): DRAWN["PUT"],
    ("PUT", "/api/userannotation/{id}"): DRAWN["PUT"],
    ("POST", "/api/annotation/search"): lambda t, gaps: {"project": t.ids["project"]},
    ("PUT", "/api/simplify"): lambda t, gaps: {"wkt": SHAPE},
    ("POST", "/api/project/{id}/defaultlayer"): lambda t, gaps: {"user": gaps["user"]} if gaps else {},
    ("POST", "/api/project/{id}/representative"): lambda t, gaps: {"user": gaps["user"]} if gaps else {},
    ("POST", "/upload"): lambda t, gaps: {"files[]": png(40, 30)},
    ("POST", "/ims/upload"): lambda t, gaps: {"files[]": png(40, 30)},
}


# Parameters with which an operation is tried that needs none.
EXAMPLE_QUERIES = {("GET", "/api/signature"): {"method": "GET", "date": "now"}}


def example_body(ids, method, path):
    """The body of the request that must succeed, where the document's own example cannot with our ids put in."""
    first = {noun: values[0] for noun, values in ids.items()}
    drawn = {"location": SHAPE, "image": first["imageinstance"]}
    return {
        ("POST", "/api/term"): {"name": "Example", "color": "#ff0000", "ontology": first["ontology"]},
        ("PUT", "/api/term/{id}"): {"name": "Example", "color": "#00ff00"},
        ("POST", "/api/user"): {"username": "example", "password": "example password", "email": "e@example.org"},
        ("PUT", "/api/user/{id}"): {"firstname": "Example"},
        ("POST", "/api/uploadedfile"): {"storage": first["storage"], "filename": "x.tif", "originalFilename": "x.tif",
        "ext": "tif",
                                        "contentType": "x/y", "size": 1},
        ("POST", "/api/project"): {"name": "Example", "ontology": first["ontology"], "users": [first["user"]]},
        ("PUT", "/api/project/{id}"): {"name": "Example of a change"},
        ("PUT", "/api/ontology/{id}"): {"name": "Example of a change"},
        ("POST", "/api/annotation"): drawn,
        ("POST", "/api/userannotation"): drawn,
        ("PUT", "/api/annotation/{id}"): drawn,
        ("PUT", "/api/userannotation/{id}"): drawn,
        ("PUT", "/api/sliceinstance/{id}"): {},
        ("POST", "/api/annotation/{id}/term/{term}"): {},
        ("POST", "/api/annotation/{id}/term/{term}/clearBefore"): {},
        ("PUT", "/api/user/{id}/password"): {"password": "another password"},
        ("POST", "/api/relation/term"): {"term1": first["term"], "term2": first["other term"]},
        ("POST", "/api/relation/{relation}/term"): {"term1": first["term"], "term2": first["other term"]},
    }.get((method, path))


def load(path):
    """The state that the runner wrote."""
    return json.loads(pathlib.Path(path).read_text())
