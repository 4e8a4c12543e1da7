"""What hangs on any entity: properties, descriptions, tags, files; undo and redo of all."""

PROJECT = "be.cytomine.domain.project.Project"
IMAGE = "be.cytomine.domain.image.ImageInstance"
ANNOTATION = "be.cytomine.domain.ontology.UserAnnotation"


def story(w):
    """Hangs something of each noun on the project, its image and an annotation."""
    subjects = {"project": (PROJECT, w.ids["project"]), "imageinstance": (IMAGE, w.ids["imageinstance"]),
        "annotation": (ANNOTATION, w.ids["annotation"])}
    w.ids |= {"domain": w.ids["project"], "key": "grade"}
    tags(w)
    for noun, (kind, thing) in subjects.items():
        own = f"/api/domain/{kind}/{thing}"
        properties(w, noun, own, f"/api/{noun}/{thing}")
        descriptions(w, noun, own)
        associations(w, noun, own)
        files(w, noun, own, kind, thing)
    w.ids["property of domain"] = w.ids["property of project"]
    refusals(w)
    keys(w)


def tags(w):
    """Tags by themselves."""
    made = w.play("tag create urgent", "alice", "POST /api/tag.json", {"name": "Urgent"}, names={"tag": "data.id"})
    w.ids["tag"] = made["data"]["id"]
    w.life("tag", "alice", "tag", {"name": "Later"}, [{"name": "Soon"}, {"name": "Urgent"}, {}, {"name": " "}])
    for step, who, body in (("taken", "alice", {"name": "Urgent"}), ("no name", "alice", {}),
        ("as guest", "gwen", {"name": "G"}), ("long", "alice", {"name": "n" * 256}),
        ("many", "alice", [{"name": "M1"}, {"name": "M1"}, {}, 7]), ("none", "alice", [])):
        w.play(f"tag create {step}", who, "POST /api/tag.json", body)
    for query in ("sort=name&order=asc", "page=0&size=1&sort=name,desc", "max=1&offset=1"):
        w.play(f"tag list {query}", "bob", f"GET /api/tag.json?{query}")
    w.play("tag change of alice", "bob", f"PUT /api/tag/{w.ids['tag']}.json", {"name": "Bob's"})


def there_and_back(w, step, path):
    """Undo, look, redo, look."""
    for what in ("undo", "redo"):
        w.play(f"{step} {what}", "alice", f"GET /api/command/{what}.json")
        w.play(f"{step} get after {what}", "alice", f"GET {path}.json")


def properties(w, noun, own, short):
    """A property that stays, and one from its making to its end."""
    made = w.play(f"property of {noun} create", "alice", f"POST {short}/property.json", {"key": "grade", "value": 3},
        names={f"property of {noun}": "data.id"})
    w.ids[f"property of {noun}"] = made["data"]["id"]
    made = w.play(f"property of {noun} create another", "alice", f"POST {own}/property.json",
        {"key": "dye", "value": "H&E"})
    one = f"{own}/property/{made['data']['id']}"
    there_and_back(w, f"property of {noun} create", one)
    w.play(f"property of {noun} change", "alice", f"PUT {one}.json", {"value": "PAS"})
    there_and_back(w, f"property of {noun} change", one)
    w.play(f"property of {noun} by key", "bob", f"GET {own}/key/dye/property.json")
    w.play(f"property of {noun} by key unknown", "bob", f"GET {short}/key/x/property.json")
    w.play(f"property of {noun} delete", "alice", f"DELETE {one}.json")
    there_and_back(w, f"property of {noun} delete", one)
    again = w.play(f"property of {noun} create a third", "alice", f"POST {own}/property.json", {"key": "a", "value": ""})
    short_one = f"{short}/property/{again['data']['id']}"
    w.play(f"property of {noun} change below it", "alice", f"PUT {short_one}.json", {"key": "b"})
    w.play(f"property of {noun} delete below it", "alice", f"DELETE {short_one}.json")
    many = [{"key": "x", "value": 1}, {"key": ""}, 7, {"key": "y", "value": None}]
    w.play(f"property of {noun} create many", "alice", f"POST {own}/property.json", many)
    there_and_back(w, f"property of {noun} create many", f"{own}/property")


def descriptions(w, noun, own):
    """The description, made again at the end."""
    path = f"{own}/description"
    for step, method, body in (("get none", "GET", ...), ("change none", "PUT", {"data": "x"}),
        ("create", "POST", {"data": "<p onclick='x()'>text</p>"}), ("create again", "POST", {"data": "y"}),
        ("change", "PUT", {"data": "<p>new</p>"}), ("delete", "DELETE", ...), ("create anew", "POST", {"data": "new"})):
        w.play(f"description of {noun} {step}", "alice", f"{method} {path}.json", body)
        if step in ("create", "change", "delete"):
            there_and_back(w, f"description of {noun} {step}", path)


def associations(w, noun, own):
    """The tag, put on twice and taken off."""
    made = w.play(f"association of {noun} create", "alice", f"POST {own}/tag_domain_association.json",
        {"tag": w.ids["tag"]}, names={f"association of {noun}": "data.id"})
    w.ids["tag_domain_association"] = made["data"]["id"]
    one = f"/api/tag_domain_association/{made['data']['id']}"
    w.play(f"association of {noun} create again", "alice", f"POST {own}/tag_domain_association.json",
        {"tagId": w.ids["tag"]})
    w.play(f"association of {noun} delete as guest", "gwen", f"DELETE {one}.json")
    w.play(f"association of {noun} delete", "alice", f"DELETE {one}.json")
    w.play(f"association of {noun} get deleted", "alice", f"GET {one}.json")
    w.play(f"association of {noun} delete undo", "alice", "GET /api/command/undo.json")


def files(w, noun, own, kind, thing):
    """A file that stays, and one that goes and comes back."""
    on = f"domainClassName={kind}&domainIdent={thing}"
    up = w.recorder.upload
    made = up(f"file of {noun} create", w["alice"], f"/api/attachedfile.json?{on}", "dir/a é.txt", b"text",
        names={f"file of {noun}": "id"})
    w.ids["attachedfile"] = made["id"]
    made = up(f"file of {noun} create another", w["alice"], f"/api/attachedfile.json?{on}&filename=b.html&key=k", "x",
        b"<script>")
    one = f"/api/attachedfile/{made['id']}"
    w.play(f"file of {noun} list", "bob", f"GET {own}/attachedfile.json")
    w.play(f"file of {noun} delete", "alice", f"DELETE {one}.json")
    there_and_back(w, f"file of {noun} delete", one)
    w.play(f"file of {noun} download deleted", "alice", f"GET {one}/download")


def refusals(w):
    """What cannot be hung, and where nothing can."""
    form = {"content_type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="files[]"; filename="f"\r\n\r\nx\r\n--b--\r\n'
    here = f"domainClassName={PROJECT}&domainIdent={w.ids['project']}"
    w.play("file put", "alice", f"PUT /api/attachedfile.json?{here}", body, **form)
    for step, who, query in (("nowhere", "alice", ""), ("unknown class", "alice", "domainClassName=x&domainIdent=5"),
        ("as guest", "gwen", here), ("as outsider", "eve", here), ("by nobody", "anonymous", here)):
        w.play(f"file create {step}", who, f"POST /api/attachedfile.json?{query}", body, **form)
    on = {"domainClassName": PROJECT, "domainIdent": w.ids["project"]}
    v2 = {"domainClassName": ANNOTATION, "domainId": w.ids["annotation"], "tagId": w.ids["tag"]}
    other = w.play("tag create other", "alice", "POST /api/tag.json", {"name": "Other"})["data"]["id"]
    for step, who, noun, sent in (("property", "alice", "property", on | {"key": "k", "value": "v"}),
        ("property nowhere", "alice", "property", {"key": "k", "value": "v"}),
        ("property of bob", "bob", "property", on | {"key": "k", "value": "v"}),
        ("association V2 twice", "alice", "tag_domain_association", v2),
        ("association V2", "alice", "tag_domain_association", v2 | {"tagId": other}),
        ("association without tag", "alice", "tag_domain_association", on),
        ("association many", "alice", "tag_domain_association", [on | {"tag": other}, on | {"tag": 999999999999}]),
        ("description nowhere", "alice", "description", {"data": "x"}),
        ("description of a term", "alice", "description",
            {"domainClassName": "be.cytomine.domain.ontology.Term", "domainIdent": w.ids["term"], "data": "x"}),
        ("description of a property", "alice", "description", {"domainClassName": "be.cytomine.domain.meta.Property",
            "domainIdent": w.ids["property of project"], "data": "x"})):
        w.play(f"hang {step}", who, f"POST /api/{noun}.json", sent)
    w.play("association list of images", "bob",
        f"GET /api/tag_domain_association.json?domainClassName[equals]={IMAGE}")
    w.play("association list by tag", "alice", f"GET /api/tag_domain_association.json?tag[in]={other}")
    for noun in ("description", "attachedfile"):
        w.play(f"{noun} list of all", "admin", f"GET /api/{noun}.json")


def keys(w):
    """Keys of properties, and where annotations have one."""
    for query in (f"idProject={w.ids['project']}", f"idImage={w.ids['imageinstance']}&user=true", "", "idProject=x"):
        for noun in ("annotation", "imageinstance"):
            w.play(f"{noun} property keys {query}", "bob", f"GET /api/{noun}/property/key.json?{query}")
    place = f"/api/user/{w.ids['alice']}/imageinstance/{w.ids['imageinstance']}/annotationposition.json"
    for query in ("key=grade", "key=grade&bbox=0,0,1,1", "key=grade&bbox=x", ""):
        w.play(f"annotation positions {query}", "bob", f"GET {place}?{query}")
