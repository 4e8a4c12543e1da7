"""What hangs together goes together: deletions with all that belongs to them, undone, also by other people."""


def story(w):
    """Before the tables of bad input: a thing's dependents; what others may undo."""
    undoing(w)
    cascades(w)


def undoing(w):
    """Undo and redo by every address, and of what others did."""
    made = w.play("undo stage", "alice", "POST /api/annotation.json",
        {"location": "POINT (9 9)", "image": w.ids["imageinstance"]})
    w.ids["command"] = made["command"]
    for prefix in ("/api", ""):
        for ending in ("", ".json"):
            for what in ("undo", "redo"):
                for who in ("anonymous", "eve", "alice"):
                    w.play(f"{prefix}/command/{what}{ending} {who}", who, f"GET {prefix}/command/{what}{ending}")
                for who in ("anonymous", "eve", "bob", "adam", "alice"):
                    w.play(f"{prefix}/command/id/{what}{ending} {who}", who,
                        f"GET {prefix}/command/{made['command']}/{what}{ending}")


def cascades(w):
    """Project, ontology, image, file, user: deleted with what hangs on them, and back."""
    ontology = w.play("cascade ontology", "alice", "POST /api/ontology.json", {"name": "Cascade"})["data"]["id"]
    parent, child = (w.play(f"cascade term {name}", "alice", "POST /api/term.json",
        {"name": name, "color": "#101010", "ontology": ontology})["data"]["id"] for name in ("up", "down"))
    w.play("cascade relation", "alice", "POST /api/relation/parent/term.json", {"term1": parent, "term2": child})
    project = w.play("cascade project", "alice", "POST /api/project.json",
        {"name": "Cascade", "ontology": ontology, "users": [w.ids["bob"]]})["data"]["id"]
    image = w.play("cascade image", "alice", "POST /api/imageinstance.json",
        {"baseImage": w.ids["picture base"], "project": project})["data"]["id"]
    body = {"location": "POLYGON ((10 10, 20 10, 20 20, 10 10))", "image": image, "term": [parent, child]}
    one = w.play("cascade annotation", "bob", "POST /api/annotation.json", body)["data"]["id"]
    looks = (f"annotation/{one}", f"annotation/{one}/term", f"imageinstance/{image}", f"project/{project}",
        f"ontology/{ontology}", f"term/{child}", f"relation/term/{parent}", f"project/{project}/term")
    for what, path in (("term in use", f"term/{child}"), ("ontology in use", f"ontology/{ontology}"),
        ("image", f"imageinstance/{image}"), ("project", f"project/{project}")):
        w.play(f"cascade delete {what}", "alice", f"DELETE /api/{path}.json")
        for step in ("", "undo", "redo", "undo again"):
            if step:
                w.play(f"cascade {what} {step}", "alice", f"GET /api/command/{step.split()[0]}.json")
            for number, look in enumerate(looks):
                w.play(f"cascade {what} {step or 'deleted'}: look {number}", "alice", f"GET /api/{look}.json",
                    same=number)
    w.play("cascade project without ontology", "alice", f"PUT /api/project/{project}.json", {"ontology": None})
    w.play("cascade project without ontology forced", "alice", f"PUT /api/project/{project}.json",
        {"ontology": None, "forceOntologyUpdate": True})
    w.play("cascade delete ontology free", "alice", f"DELETE /api/ontology/{ontology}.json")
    w.play("cascade delete file in use", "alice", f"DELETE /api/uploadedfile/{w.ids['uploadedfile']}.json")
    w.play("cascade delete user with files", "admin", f"DELETE /api/user/{w.ids['alice']}.json")
    dora = w.play("cascade user", "admin", "POST /api/user.json",
        {"username": "dora", "password": "p", "email": "d@example.org"})["data"]["id"]
    w.play("cascade member", "alice", f"POST /api/project/{project}/user/{dora}.json")
    w.play("cascade delete user", "admin", f"DELETE /api/user/{dora}.json")
    w.play("cascade members without her", "alice", f"GET /api/project/{project}/user.json")
    w.play("cascade delete user undo", "admin", "GET /api/command/undo.json")
    w.play("cascade members with her", "alice", f"GET /api/project/{project}/user.json")
    w.ids["spare ontology"] = w.play("spare ontology", "admin", "POST /api/ontology.json",
        {"name": "Spare"})["data"]["id"]


def final(w):
    """The world is taken down, from the leaves to the root."""
    ids = w.ids
    for noun in ("annotation", "sliceinstance", "imageinstance", "project", "term", "ontology", "abstractslice",
        "abstractimage", "uploadedfile", "storage"):
        w.play(f"end {noun}", "admin", f"DELETE /api/{noun}/{ids[noun]}.json")
        w.play(f"end {noun} get", "admin", f"GET /api/{noun}/{ids[noun]}.json")
    w.play("end user", "admin", f"DELETE /api/user/{ids['eve']}.json")
    w.play("end user session", "eve", "GET /session")
    w.play("end sign-out", "alice", "DELETE /session")
    w.play("end signed out", "alice", "GET /api/project.json")
