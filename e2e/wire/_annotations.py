"""Annotations one by one and in bulk, their terms, searches, counts; undo and redo of all."""
import math

SQUARE = "POLYGON ((100 100, 100 200, 200 200, 200 100, 100 100))"
SMALLER = "POLYGON ((110 110, 110 150, 150 150, 150 110, 110 110))"
RING = "POLYGON ((300 300, 300 400, 400 400, 400 300, 300 300), (320 320, 340 320, 340 340, 320 340, 320 320))"
BENT = "POLYGON ((0 0, 90 90, 90 0, 0 90, 0 0))"
SHAPES = ("POLYGON((1.50 2,3 2,3 9.125000001,1.50 2))", "POINT (25.123456789000002 17)", "LINESTRING (5 5, 5 400)",
          "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((20 20, 29 20, 29 29, 20 20)))",
          "polygon ((700 700, 720 700, 720 720, 700 700))",
          "POLYGON ((-10 0, -10 10, 10 10, 10 0, -10 0))", "MULTIPOINT ((1 1), (5 5))",
          "GEOMETRYCOLLECTION (POINT (1 1))", "POLYGON EMPTY",
          "POLYGON ((0 0", "SRID=4326;POINT (1 1)", BENT, "POINT (-5 -5)", "CIRCLE (1 1, 2)", "")


def story(w):
    """Draws on the image of the project."""
    single(w)
    bulk(w)
    links(w)
    operations(w)
    searches(w)
    counts(w)
    modes(w)


def draw(w, step, who, body, name=None):
    """Draws and returns the id."""
    made = w.play(step, who, "POST /api/annotation.json", body, names={name: "data.id"} if name else None)
    return made["data"]["id"]


def single(w):
    """One annotation."""
    image, nucleus = w.ids["imageinstance"], w.ids["nucleus"]
    body = {"location": SQUARE, "image": image, "term": [nucleus], "properties": [{"key": "grade", "value": 3}],
        "name": "ignored"}
    changes = [{"location": SMALLER, "image": image}, {"location": SMALLER, "slice": w.ids["sliceinstance"],
        "term": [w.ids["stroma"]]}, {"location": SQUARE, "image": image, "terms": ""},
               {"location": SQUARE}, {"image": image}, {"location": BENT, "image": image},
               {"location": SQUARE, "image": w.ids["picture"]},
               {"location": SQUARE, "image": image, "user": w.ids["bob"]},
               {"location": SQUARE, "image": image, "term": [999999999999]},
               {"location": SQUARE, "image": image, "project": 5}]
    w.life("annotation", "alice", "annotation", body, changes)
    w.life("userannotation", "bob", "userannotation", body | {"term": str(nucleus)}, changes[:2])
    w.life("annotation of 3.x", "alice by key, 3.x", "annotation", body, changes[:1])
    for number, shape in enumerate(SHAPES):
        w.play(f"annotation shape {number}", "bob", "POST /api/annotation.json", {"location": shape, "image": image})
    for step, who, sent in (("no location", "alice", {"image": image}), ("no place", "alice", {"location": SQUARE}),
        ("unknown image", "alice", {"location": SQUARE, "image": 999999999999}),
                            ("image as word", "alice", {"location": SQUARE, "image": "x"}),
                            ("image as text", "alice", {"location": SMALLER, "image": str(image)}),
                            ("unknown term", "alice", {"location": SQUARE, "image": image, "term": [999999999999]}),
                            ("terms as text", "alice",
                            {"location": SMALLER, "image": image, "terms": f"{nucleus},{w.ids['stroma']}"}),
                            ("for bob", "alice", {"location": SQUARE, "image": image, "user": w.ids["bob"]}),
                            ("for alice", "bob", {"location": SQUARE, "image": image, "user": w.ids["alice"]}),
                            ("for unknown", "alice", {"location": SQUARE, "image": image, "user": 999999999999}),
                            ("as guest", "gwen", {"location": SQUARE, "image": image}),
                            ("as eve", "eve", {"location": SQUARE, "image": image}),
                            ("as adam closed", "adam", {"location": SQUARE, "image": image}),
                            ("as admin", "admin", {"location": SMALLER, "image": image}),
                            ("other slice", "alice", {"location": SQUARE, "slice": w.ids["sliceinstance"],
                            "image": w.ids["picture"]}), ("bad properties", "alice",
                            {"location": SQUARE, "image": image, "properties": "x"}),
                            ("properties as object", "alice",
                            {"location": SMALLER, "image": image, "property": {"a": "b", "c": 5}}),
                            ("location as number", "alice", {"location": 5, "image": image}),
                            ("thinned", "alice", {"location": circle(), "image": image, "minPoint": 8,
                            "maxPoint": "20"}), ("bad count", "alice",
                            {"location": SQUARE, "image": image, "minPoint": "x"}),
                            ("null", "alice", None), ("text", "alice", "x"), ("no JSON", "alice", "{"),
                            ("empty", "alice", "")):
        w.play(f"annotation create {step}", who, "POST /api/annotation.json", sent)
    w.play("annotation create thinned by query", "alice", "POST /api/annotation.json?minPoint=4&maxPoint=12",
        {"location": circle(), "image": image})
    w.ids["annotation"] = draw(w, "annotation kept", "alice", {"location": SQUARE, "image": image, "term": [nucleus]},
        "annotation")
    w.ids["userannotation"] = w.ids["annotation"]
    w.ids["of bob"] = draw(w, "annotation of bob", "bob", {"location": RING, "image": image}, "annotation of bob")
    w.play("annotation change of another", "bob", f"PUT /api/annotation/{w.ids['annotation']}.json",
        {"location": SMALLER, "image": image})
    w.play("annotation change back", "alice", f"PUT /api/annotation/{w.ids['annotation']}.json",
        {"location": SQUARE, "image": image})


def circle(corners=40, middle=1000, radius=200):
    """A round polygon of whole numbers."""
    points = [(round(middle + radius * math.cos(n * math.tau / corners)),
        round(middle + radius * math.sin(n * math.tau / corners))) for n in range(corners)]
    return "POLYGON ((" + ", ".join(f"{x} {y}" for x, y in [*points, points[0]]) + "))"


def bulk(w):
    """Many at once."""
    image = w.ids["picture"]
    good, bent, nowhere = {"location": SQUARE, "image": image, "terms": str(w.ids["nucleus"])}, {"location": BENT,
        "image": image}, {"location": SQUARE, "image": "x"}
    for step, who, body in (("some good", "alice", [good, bent, good, nowhere, 7, None, {}]),
        ("all bad", "alice", [bent]), ("none", "alice", []), ("all good", "bob", [good, good]),
                            ("as eve", "eve", [good]), ("as guest", "gwen", [good]),
                            ("two projects", "alice", [good, {"location": SQUARE, "image": w.ids["image in second"]}]),
                            ("the same twice", "alice", [good, good])):
        for noun in ("annotation", "userannotation"):
            w.play(f"{noun} bulk {step}", who, f"POST /api/{noun}.json", body)
    listed = f"/api/annotation.json?image={image}&showWKT=true&showTerm=true"
    w.play("bulk list", "alice", f"GET {listed}")
    for what in ("undo", "redo"):
        w.play(f"bulk {what}", "alice", f"GET /api/command/{what}.json")
        w.play(f"bulk list after {what}", "alice", f"GET {listed}")
    wide = [{"location": f"POLYGON (({n} {n}, {n + 9} {n}, {n + 9} {n + 9}, {n} {n}))", "image": image}
        for n in range(60)]
    w.play("bulk of 60", "alice", "POST /api/annotation.json", wide)
    w.play("bulk of 60 undo", "alice", "GET /api/command/undo.json")
    w.play("bulk of 60 count", "alice", f"GET /api/annotation.json?image={image}&max=1")
    ids = [row["id"] for row in w["bob"].send("GET", f"/api/annotation.json?image={image}&user={w.ids['bob']}", None,
        None, None).json()["collection"]]
    for step, who, these in (("none", "bob", []), ("unknown", "bob", [ids[0], 999999999999]), ("words", "bob", ["x"]),
        ("as guest", "gwen", ids[:1]), ("two", "bob", ids[:2]), ("again", "bob", ids[:2])):
        w.play(f"bulk delete {step}", who, f"DELETE /api/annotation.json?annotations={','.join(map(str, these))}")
    w.play("bulk delete without list", "bob", "DELETE /api/annotation.json")
    w.play("bulk delete undo", "bob", "GET /api/command/undo.json")
    w.play("bulk delete redo", "bob", "GET /api/command/redo.json")


def links(w):
    """Terms of annotations."""
    one, stroma, nucleus = f"/api/annotation/{w.ids['annotation']}", w.ids["stroma"], w.ids["nucleus"]
    for step, who, request, body in (
            ("add", "alice", f"POST {one}/term/{stroma}", {"userannotation": w.ids["annotation"], "term": stroma}),
            ("add again", "alice", f"POST {one}/term/{stroma}", {}),
            ("add by bob", "bob", f"POST {one}/term/{nucleus}", None),
            ("add for another", "alice", f"POST {one}/term/{stroma}", {"user": w.ids["bob"]}),
            ("add as guest", "gwen", f"POST {one}/term/{stroma}", {}),
            ("add unknown", "alice", f"POST {one}/term/999999999999", {}),
            ("add by body", "alice", f"POST {one}/term/5", {"term": str(w.ids["mitosis"])}),
            ("add word", "alice", f"POST {one}/term/5", {"term": "x"}),
            ("add as eve", "eve", f"POST {one}/term/{stroma}", {})):
        w.play(f"link {step}", who, f"{request}.json", body)
    w.play("link undo", "alice", "GET /api/command/undo.json")
    w.play("link redo", "alice", "GET /api/command/redo.json")
    for step, rest in (("list", "term"), ("list of one", f"term.json?idUser={w.ids['bob']}"),
        ("list of others", f"notuser/{w.ids['bob']}/term"), ("get", f"term/{nucleus}"),
        ("get of bob", f"term/{nucleus}/user/{w.ids['bob']}"),
                       ("get of eve", f"term/{nucleus}/user/{w.ids['eve']}"), ("get none", "term/999999999999"),
                       ("list page", "term.json?max=1&offset=1")):
        w.play(f"link {step}", "bob", f"GET {one}/{rest}" + ("" if ".json" in rest else ".json"))
    w.play("link delete of bob as alice", "alice", f"DELETE {one}/term/{nucleus}/user/{w.ids['bob']}.json")
    w.play("link delete of bob again", "alice", f"DELETE {one}/term/{nucleus}/user/{w.ids['bob']}.json")
    w.play("link delete", "alice", f"DELETE {one}/term/{stroma}.json")
    w.play("link delete undo", "alice", "GET /api/command/undo.json")
    w.play("link delete redo", "alice", "GET /api/command/redo.json")
    for step, query, body in (("plain", "", {}), ("for all", "?clearForAll=true", None),
        ("for all by body", "", {"clearForAll": "True"}), ("bad flag", "?clearForAll=perhaps", {}),
        ("as it is", "", None)):
        w.play(f"link replace {step}", "alice", f"POST {one}/term/{nucleus}/clearBefore.json{query}", body)
    w.play("link replace undo", "alice", "GET /api/command/undo.json")
    w.play("link replace redo", "alice", "GET /api/command/redo.json")


def operations(w):
    """Simplified and filled."""
    image = w.ids["imageinstance"]
    round_one = draw(w, "annotation round", "alice", {"location": circle(60), "image": image}, "round annotation")
    ring = draw(w, "annotation ring", "alice", {"location": RING, "image": image}, "ring annotation")
    for step, query in (("by default", ""), ("to 10", "?minPoint=5&maxPoint=10"), ("to nonsense", "?minPoint=x"),
        ("again", "?maxPoint=10")):
        w.play(f"simplify {step}", "alice", f"PUT /api/annotation/{round_one}/simplify.json{query}")
    w.play("simplify undo", "alice", "GET /api/command/undo.json")
    w.play("simplify as bob", "bob", f"PUT /api/annotation/{round_one}/simplify.json")
    w.play("fill", "alice", f"POST /api/annotation/{ring}/fill.json")
    w.play("fill again", "alice", f"POST /api/annotation/{ring}/fill.json", {})
    w.play("fill undo", "alice", "GET /api/command/undo.json")
    w.play("fill by change", "alice", f"PUT /api/annotation/{ring}.json?fill=true", {"location": RING, "image": image})
    for step, body in (("plain", {"wkt": circle(60)}), ("counted", {"wkt": circle(60), "minPoint": 4, "maxPoint": 10}),
        ("nothing", {}), ("word", {"wkt": "x"}), ("bent", {"wkt": BENT}), ("number", {"wkt": 5})):
        w.play(f"simplify WKT {step}", "eve", "PUT /api/simplify.json", body)


def searches(w):
    """Lists with what they show and what they leave out."""
    image, project, one = w.ids["imageinstance"], w.ids["project"], w.ids["annotation"]
    shows = ("showBasic", "showMeta", "showTerm", "showWKT", "showGIS", "showImage", "showSlice", "showUser",
        "showTrack", "showDefault", "hideMeta", "hideTerm")
    for flag in shows:
        w.play(f"search {flag}", "bob", f"GET /api/annotation.json?image={image}&term={w.ids['nucleus']}&{flag}=True")
    everything = "&".join(f"{flag}=true" for flag in shows[:9])
    w.play("search everything", "bob", f"GET /api/annotation.json?image={image}&{everything}")
    places = (f"images={image},{w.ids['picture']}", f"images={image}_{w.ids['picture']}",
        f"slice={w.ids['sliceinstance']}", f"slices={w.ids['sliceinstance']}", f"project={project}", "", "images=",
        "image=999999999999",
              "image=x", "slices=999999999999", "project=999999999999", f"project={w.ids['second']}")
    filters = (f"users={w.ids['bob']}", f"user={w.ids['alice']}", "users=", "user=999999999999",
        f"term={w.ids['nucleus']}", f"terms={w.ids['nucleus']},{w.ids['stroma']}", "terms=", "noTerm=true",
        f"noTerm=true&terms={w.ids['nucleus']}",
               "multipleTerm=true", f"usersForTerm={w.ids['bob']}", "term=999999999999", "beforeThan=1000",
               "afterThan=1000", "afterThan=2100-01-01", "afterThan=x", f"excludedAnnotation={one}",
               "bbox=90,90,210,210", "bbox=1,2,3",
               "bbox=POLYGON((90 90,210 90,210 210,90 210,90 90))", "bbox=POLYGON((90 90,210 90,90 210,90 90))",
               f"bboxAnnotation={one}", "bboxAnnotation=999999999999", f"baseAnnotation={one}",
               f"baseAnnotation={one}&maxDistanceBaseAnnotation=150",
               "baseAnnotation=POINT(150 150)&maxDistanceBaseAnnotation=80",
               f"baseAnnotation={one}&maxDistanceBaseAnnotation=-1", "reviewed=true", "tracks=5", "tag=5", "noTag=true",
               "notReviewedOnly=true", "kmeans=true&kmeansValue=1",
               "max=2&offset=1", "max=0", "max=x", "sort=area&order=desc", "showWKT=perhaps")
    for place in places:
        w.play(f"search in {place or 'nothing'}", "bob", f"GET /api/annotation.json?{place}&showBasic=true&max=3")
    for chosen in filters:
        w.play(f"search {chosen}", "bob", f"GET /api/annotation.json?project={project}&showBasic=true&{chosen}")
    for step, body in (("images", {"images": [image], "users": [w.ids["bob"]], "showWKT": True, "noTerm": True}),
        ("text", {"images": f"{image}", "showBasic": "True"}), ("nothing", {}), ("null", None), ("array", []),
        ("number", 5),
                       ("project", {"project": project, "showBasic": True, "max": 2, "offset": 1}),
                       ("bad", {"project": project, "max": "x"}),
                       ("ids as text", {"project": str(project), "users": [str(w.ids["bob"])], "showBasic": 1})):
        w.play(f"search post {step}", "bob", "POST /api/annotation/search.json", body)
    w.play("search post with query", "bob", f"POST /api/annotation/search.json?image={image}&showBasic=true",
        {"image": w.ids["picture"], "max": 1})
    w.play("search get", "bob", f"GET /api/annotation/search.json?image={image}&showBasic=true&max=2")
    w.play("search userannotation", "bob", f"GET /api/userannotation.json?image={image}&showBasic=true&max=2")
    inside = f"/api/imageinstance/{image}/annotation/included.json"
    for query in (f"annotation={one}", f"annotation={one}&user={w.ids['bob']}", "geometry=POINT (150 150)",
        "geometry=POINT (5000 5)", "geometry=x", "", "annotation=999999999999",
        f"geometry=POINT (150 150)&terms={w.ids['nucleus']}",
                  "geometry=POINT (150 150)&user=0", "geometry=POINT (150 150)&showWKT=true&max=1"):
        w.play(f"included {query or 'nothing'}", "bob", f"GET {inside}?{query}")


def counts(w):
    """Numbers of annotations."""
    project = w.ids["project"]
    for path in (f"project/{project}/userannotation/count.json",
        f"project/{project}/userannotation/count.json?startDate=1000&endDate=2000",
        f"project/{project}/userannotation/count.json?startDate=x", f"project/{project}/reviewedannotation/count.json",
                 f"user/{w.ids['bob']}/userannotation/count.json?project={project}",
                 f"user/{w.ids['alice']}/userannotation/count.json?project={project}",
                 f"user/{w.ids['bob']}/userannotation/count.json",
                 f"user/{w.ids['alice']}/reviewedannotation/count.json",
                 f"user/{w.ids['bob']}/reviewedannotation/count.json?project={project}",
                 f"user/{w.ids['bob']}/userannotation/count.json?project=x"):
        for who in ("alice", "bob", "admin"):
            w.play(f"count {path} as {who}", who, f"GET /api/{path}")


def modes(w):
    """What contributors may do in restricted and in read-only projects."""
    project, image = f"/api/project/{w.ids['project']}.json", w.ids["imageinstance"]
    for mode in ("isRestricted", "isReadOnly"):
        w.play(f"{mode} on", "alice", f"PUT {project}", {mode: True})
        for who in ("alice", "bob", "gwen"):
            step = f"{mode} {who}"
            for whose, one in (("alice's", w.ids["annotation"]), ("bob's", w.ids["of bob"])):
                path = f"/api/annotation/{one}"
                shape = SQUARE if whose == "alice's" else RING
                w.play(f"{step} changes {whose}", who, f"PUT {path}.json", {"location": shape, "image": image})
                w.play(f"{step} links {whose}", who, f"POST {path}/term/{w.ids['stroma']}.json", {})
                w.play(f"{step} unlinks {whose}", who, f"DELETE {path}/term/{w.ids['stroma']}.json")
            made = w.play(f"{step} draws", who, "POST /api/annotation.json", {"location": SMALLER, "image": image})
            if "data" in made:
                w.play(f"{step} deletes own", who, f"DELETE /api/annotation/{made['data']['id']}.json")
                w.play(f"{step} undoes", who, "GET /api/command/undo.json")
                w.play(f"{step} redoes", who, "GET /api/command/redo.json")
            w.play(f"{step} renames the image", who, f"PUT /api/imageinstance/{image}.json",
                {"instanceFilename": "a.svs"})
        w.play(f"{mode} off", "alice", f"PUT {project}", {mode: False})
