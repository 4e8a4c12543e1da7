"""Ontologies, terms and their tree; projects, members, layers, representatives."""


def story(w):
    """Makes the project that the tables read."""
    ontologies(w)
    terms(w)
    projects(w)
    members(w)
    layers(w)


def ontologies(w):
    """Ontologies."""
    made = w.play("ontology create tissue", "alice", "POST /api/ontology.json", {"name": "Tissue"},
        names={"ontology": "data.id"})
    w.ids["ontology"] = made["data"]["id"]
    w.life("ontology", "alice", "ontology", {"name": "Cells", "user": 5, "x": None},
        [{"name": "Cells 2"}, {}, {"name": ""}, {"name": "Tissue"}])
    for step, body in {"taken": {"name": "Tissue"}, "no name": {}, "empty": {"name": ""}, "number": {"name": 7},
        "null": {"name": None}}.items():
        w.play(f"ontology create {step}", "alice", "POST /api/ontology.json", body)
    w.play("ontology create many", "alice", "POST /api/ontology.json", [{"name": "M1"}, {"name": "M1"}, {}, 3, None,
        []])
    w.play("ontology create as guest", "gwen", "POST /api/ontology.json", {"name": "Guest's"})
    w.play("ontology create unicode", "alice", "POST /api/ontology.json", {"name": "Zellen – 細胞 \"q\" <b> \\ \n"})


def terms(w):
    """Terms and the relation that makes them a tree."""
    ontology = w.ids["ontology"]
    for name, color in (("nucleus", "#ff0000"), ("stroma", "#00FF00"), ("mitosis", "#0000ff")):
        body = {"name": name, "color": color, "ontology": ontology, "comment": f"A {name}"}
        made = w.play(f"term create {name}", "alice", "POST /api/term.json", body, names={name: "data.id"})
        w.ids[name] = made["data"]["id"]
    w.ids |= {"term": w.ids["nucleus"], "child": w.ids["mitosis"]}
    w.life("term", "alice", "term", {"name": "vessel", "color": "#123456", "ontologyId": str(ontology),
        "parent": w.ids["stroma"]},
           [{"name": "Vessel"}, {"color": "#FFF"}, {"color": "red"}, {"parent": None, "comment": "c"},
           {"name": "stroma"}, {}, {"ontology": 5}])
    for step, body in {"taken": {"name": "stroma", "color": "#000000", "ontology": ontology},
        "no ontology": {"name": "x", "color": "#000000"},
                       "no name": {"color": "#000000", "ontology": ontology},
                       "no color": {"name": "grey", "ontology": ontology},
                       "bad color": {"name": "y", "color": "blue", "ontology": ontology},
                       "unknown ontology": {"name": "x", "ontology": 999999999999},
                       "ontology as word": {"name": "x", "ontology": "x"},
                       "unknown parent": {"name": "z", "ontology": ontology, "parent": 999999999999}}.items():
        w.play(f"term create {step}", "alice", "POST /api/term.json", body)
    many = [{"name": "a", "ontology": ontology}, {"name": "a", "ontology": ontology}, {"ontology": ontology}, 7, None]
    w.play("term create many", "alice", "POST /api/term.json", many)
    w.play("term create many all good", "alice", "POST /api/term.json",
        [{"name": "g1", "ontology": ontology}, {"name": "g2", "ontology": ontology}])
    w.play("term create many all bad", "alice", "POST /api/term.json", [{}])
    w.play("term create none", "alice", "POST /api/term.json", [])
    w.play("term create as bob", "bob", "POST /api/term.json", {"name": "b", "color": "#000000", "ontology": ontology})
    w.play("relation list", "bob", "GET /api/relation.json")
    pair = {"term1": w.ids["nucleus"], "term2": w.ids["mitosis"]}
    tree = f"/api/relation/parent/term1/{w.ids['nucleus']}/term2/{w.ids['mitosis']}.json"
    w.play("relation create", "alice", "POST /api/relation/parent/term.json", pair)
    w.play("relation create undo", "alice", "GET /api/command/undo.json")
    w.play("relation get undone", "alice", f"GET {tree}")
    w.play("relation create redo", "alice", "GET /api/command/redo.json")
    w.play("relation get", "alice", f"GET {tree}")
    w.play("relation get by id", "alice", f"GET {tree.replace('parent', '1')}")
    w.play("relation get unknown kind", "alice", f"GET {tree.replace('parent', 'sibling')}")
    w.play("relation delete", "alice", f"DELETE {tree}")
    w.play("relation delete again", "alice", f"DELETE {tree}")
    w.play("relation delete undo", "alice", "GET /api/command/undo.json")
    for step, body in {"again": pair, "round": {"term1": pair["term2"], "term2": pair["term1"]},
        "itself": {"term1": pair["term1"], "term2": pair["term1"]},
                       "one term": {"term1": pair["term1"]}, "nothing": {}, "unknown": pair | {"term2": 999999999999},
                       "words": {"term1": "x", "term2": "y"}}.items():
        w.play(f"relation create {step}", "alice", "POST /api/relation/parent/term.json", body)
    second = {"term1Id": str(w.ids["stroma"]), "term2Id": str(w.ids["mitosis"])}
    w.play("relation create without kind", "alice", "POST /api/relation/term.json", second)
    w.play("relation create with kind in the body", "alice", "POST /api/relation/term.json", second | {"relation": 1})
    w.play("relation create as bob", "bob", "POST /api/relation/parent/term.json", pair)
    w.play("ontology tree", "alice", f"GET /api/ontology/{ontology}.json")


def projects(w):
    """Projects."""
    body = {"name": "Lung", "ontology": w.ids["ontology"], "users": [w.ids["bob"], w.ids["gwen"]],
        "areImagesDownloadable": True}
    made = w.play("project create lung", "alice", "POST /api/project.json", body, names={"project": "data.id"})
    w.ids["project"] = made["data"]["id"]
    changes = [{"name": "Kidney 2"}, {"isRestricted": "True"}, {"isReadOnly": 1},
        {"isReadOnly": False, "isRestricted": "no"}, {"blindMode": "on"},
               {"ontology": None}, {"ontology": str(w.ids["ontology"])}, {"users": str(w.ids["bob"])},
               {"admins": [w.ids["bob"]], "users": []},
               {"admins": [w.ids["gwen"]]}, {"users": [999999999999]}, {"name": "Lung"},
               {"isClosed": True, "hideUsersLayers": "1"}, {}]
    w.life("project", "alice", "project", {"name": "Kidney", "isRestricted": "true"}, changes)
    for step, body in {"taken": {"name": "Lung"}, "no name": {}, "blank": {"name": " "},
        "unknown ontology": {"name": "P1", "ontology": 999999999999},
                       "not own ontology": {"name": "P2", "ontology": "x"},
                       "both modes": {"name": "P3", "isRestricted": True, "isReadOnly": True},
                       "bad flag": {"name": "P4", "blindMode": "perhaps"}, "bad users": {"name": "P5", "users": "x"},
                       "unknown user": {"name": "P6", "users": [5]},
                       "guest as manager": {"name": "P7", "admins": [w.ids["gwen"]]},
                       "users as text": {"name": "P8", "users": f"{w.ids['bob']},{w.ids['eve']}"}}.items():
        w.play(f"project create {step}", "alice", "POST /api/project.json", body)
    w.play("project create many", "alice", "POST /api/project.json", [{"name": "M1"}, {"name": "M1"}, {}, None])
    w.play("project create as guest", "gwen", "POST /api/project.json", {"name": "Guest's"})
    project = f"/api/project/{w.ids['project']}.json"
    w.play("project change as bob", "bob", f"PUT {project}", {"name": "Mine"})
    w.play("project delete as bob", "bob", f"DELETE {project}")
    w.play("project change as adam closed", "adam", f"PUT {project}", {"name": "Mine"})
    extras = "withMembersCount=true&withLastActivity=True&withCurrentUserRoles=1"
    for who in ("alice", "bob", "eve", "admin", "adam"):
        w.play(f"project list with extras as {who}", who, f"GET /api/project.json?{extras}&sort=name")
    for query in ("name[ilike]=UN", "name[like]=un", "name[ilike]=*", "ontology[in]=5", "withMembersCount=perhaps",
        "sort=lastActivity&order=desc",
                  "sort=membersCount", "sort=numberOfImages&order=desc", "sort=name,desc", "sort=isClosed"):
        w.play(f"project list {query}", "alice", f"GET /api/project.json?{query}")


def members(w):
    """Members and managers."""
    project, bob, eve, gwen = f"/api/project/{w.ids['project']}", w.ids["bob"], w.ids["eve"], w.ids["gwen"]
    steps = (("add eve", "POST", f"user/{eve}"), ("add eve again", "POST", f"user/{eve}"),
        ("promote eve", "POST", f"user/{eve}/admin"),
             ("promote guest", "POST", f"user/{gwen}/admin"), ("demote eve", "DELETE", f"user/{eve}/admin"),
             ("remove eve", "DELETE", f"user/{eve}"),
             ("remove eve again", "DELETE", f"user/{eve}"), ("demote bob", "DELETE", f"user/{bob}/admin"),
             ("promote outsider", "POST", f"user/{eve}/admin"),
             ("remove outsider who manages", "DELETE", f"user/{eve}"),
             ("add many", "POST", f"user?users={eve},{bob},999999999999"),
             ("add nobody", "POST", "user?users="), ("add without users", "POST", "user"),
             ("add words", "POST", "user?users=x"),
             ("remove many", "DELETE", f"user?users={eve},999999999999"), ("remove without users", "DELETE", "user"))
    for step, method, rest in steps:
        address, _, query = rest.partition("?")
        w.play(f"member {step}", "alice", f"{method} {project}/{address}.json{'?' + query if query else ''}")
    w.play("member add as bob", "bob", f"POST {project}/user/{eve}.json")
    w.play("member leaves", "bob", f"DELETE {project}/user/{bob}.json")
    w.play("member back", "alice", f"POST {project}/user/{bob}.json")
    own = w.play("project create to leave", "alice", "POST /api/project.json",
        {"name": "To leave", "users": [bob]})["data"]["id"]
    w.play("last manager demoted", "alice", f"DELETE /api/project/{own}/user/{w.ids['alice']}/admin.json")
    w.play("last manager leaves", "alice", f"DELETE /api/project/{own}/user/{w.ids['alice']}.json")
    w.play("project left", "bob", f"GET /api/project/{own}/user.json")
    w.play("undo after members", "alice", "GET /api/command/undo.json")
    w.play("redo after members", "alice", "GET /api/command/redo.json")
    lead = f"{project}/representative"
    for step, method, address, body in (("bob", "POST", lead, {"user": bob}),
        ("bob again", "POST", lead, {"user": str(bob)}), ("eve", "POST", lead, {"user": eve}),
                                        ("nobody", "POST", lead, {}), ("word", "POST", lead, {"user": "x"})):
        w.play(f"representative add {step}", "alice", f"{method} {address}.json", body)
    w.play("representative list", "bob", f"GET {lead}.json")
    w.play("representative get", "bob", f"GET {lead}/{bob}.json")
    w.play("representative get none", "bob", f"GET {lead}/{eve}.json")
    w.play("representative remove by user", "alice", f"DELETE {lead}.json?user={bob}")
    w.play("representative remove without user", "alice", f"DELETE {lead}.json")
    w.play("representative add bob third", "alice", f"POST {lead}.json", {"user": bob})
    w.play("representative remove", "alice", f"DELETE {lead}/{bob}.json")
    w.play("representative remove last", "alice", f"DELETE {lead}/{w.ids['alice']}.json")
    w.play("representative add as bob", "bob", f"POST {lead}.json", {"user": bob})
    w.ids["manager"] = w.ids["alice"]


def layers(w):
    """Layers that show by default."""
    layer, bob = f"/api/project/{w.ids['project']}/defaultlayer", w.ids["bob"]
    for step, body in {"eve": {"user": w.ids["eve"]}, "bob": {"user": bob, "project": 5, "hideByDefault": "True"},
        "bob again": {"user": bob},
                       "nobody": {}, "bad flag": {"user": bob, "hideByDefault": "x"}, "word": {"user": "x"}}.items():
        w.play(f"layer create {step}", "alice", f"POST {layer}.json", body)
    w.play("layer list", "bob", f"GET {layer}.json")
    w.play("layer get", "bob", f"GET {layer}/{bob}.json")
    w.play("layer change", "alice", f"PUT {layer}/{bob}.json", {"hideByDefault": False})
    w.play("layer change empty", "alice", f"PUT {layer}/{bob}.json", {})
    w.play("layer change none", "alice", f"PUT {layer}/{w.ids['eve']}.json", {"hideByDefault": True})
    w.play("layer change as bob", "bob", f"PUT {layer}/{bob}.json", {"hideByDefault": True})
    w.play("layer delete", "alice", f"DELETE {layer}/{bob}.json")
    w.play("layer delete again", "alice", f"DELETE {layer}/{bob}.json")
    w.play("layer get deleted", "bob", f"GET {layer}/{bob}.json")
    w.play("layer create bob third", "alice", f"POST {layer}.json", {"user": bob})
