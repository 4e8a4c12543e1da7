"""Storages, uploads, files, images and their planes, as entities and in projects."""
from _images import png
from _lib import SLIDE, wait_until

# What an answer tells of a file whose conversion goes on meanwhile.
CONVERTING = [(r'("status":)\d+(,"statusText":)"[A-Z]+"', r'\1<n>\2<text>')]


def story(w):
    """Puts three images into the project."""
    storages(w)
    uploads(w)
    files(w)
    images(w)
    instances(w)
    planes(w)


def storages(w):
    """Storages."""
    listed = w.play("storage list", "alice", "GET /api/storage.json")
    w.ids["storage"] = w.recorder.name(listed["collection"][0]["id"], "storage")
    changes = [{"name": "Slides 2"}, {"name": " "}, {}, {"user": str(w.ids["alice"])}, {"user": w.ids["bob"]},
        {"user": 999999999999}]
    w.life("storage", "alice", "storage", {"name": "Slides", "userId": w.ids["alice"]}, changes)
    for step, who, body in (("no name", "alice", {}), ("blank", "alice", {"name": " "}),
        ("for another", "alice", {"name": "x", "user": w.ids["bob"]}),
                            ("for another as admin", "admin", {"name": "Bob's second", "user": w.ids["bob"]}),
                            ("as guest", "gwen", {"name": "Guest's"}),
                            ("twice the same name", "alice", {"name": "By key 4"}),
                            ("unknown user", "admin", {"name": "x", "user": 999999999999})):
        w.play(f"storage create {step}", who, "POST /api/storage.json", body)
    w.play("storage create many", "alice", "POST /api/storage.json", [{"name": "M"}, {}, None])
    w.play("storage list as admin", "admin", "GET /api/storage.json?sort=name")
    for query in ("sort=name&order=desc", "sort=user", "sort=id", "max=1"):
        w.play(f"storage list {query}", "alice", f"GET /api/storage.json?{query}")


def uploads(w):
    """Uploads by both addresses, waited for or not, good and bad."""
    slide, storage, project = SLIDE.read_bytes(), w.ids["storage"], w.ids["project"]
    up = w.recorder.upload
    names = {"file": "0.uploadedFile.id", "base": "0.images.0.image.id", "image": "0.images.0.imageInstances.0.id"}
    alice = w["alice"]
    made = up("upload slide", alice, f"/upload?idStorage={storage}&storage={storage}&idProject={project}&sync=True",
        "a.svs", slide, names=names)
    w.ids |= {"uploadedfile": made[0]["uploadedFile"]["id"], "abstractimage": made[0]["images"][0]["image"]["id"],
              "imageinstance": made[0]["images"][0]["imageInstances"][0]["id"]}
    made = up("upload picture", alice, f"/upload?projects={project}&sync=true&keys=stain,block&values=H%26E,7",
        "dir/b é.png", png(600, 400),
              names={name + " of the picture": place for name, place in names.items()})
    w.ids["picture"] = made[0]["images"][0]["imageInstances"][0]["id"]
    w.ids["picture base"] = made[0]["images"][0]["image"]["id"]
    for number, (person, path) in enumerate((("bob", f"/ims/upload?idProject={project}"),
        ("bob", "/upload?idProject=null&storage=undefined"),
                                             ("alice by key, 4.x", "/upload")), 1):
        made = up(f"upload without waiting {number}", w[person], path, f"c{number}.png", png(300, 200, number),
            hidden=CONVERTING)
        file = made[0]["uploadedFile"]["id"]
        wait_until("the picture is converted", lambda: converted(w[person], file), 60)
        w.play(f"upload without waiting {number} done", person, f"GET /api/uploadedfile/{file}.json")
        w.play(f"upload without waiting {number} image", person, f"GET /api/uploadedfile/{file}/abstractimage.json")
    w.ids["bobs file"] = file
    for step, who, path, name, content in (
            ("no slide", "alice", "/upload?sync=true", "notes.svs", b"no slide at all"),
            ("empty", "alice", "/upload?sync=true", "empty.svs", b""),
            ("cut off", "alice", "/upload?sync=true", "cut.svs", slide[:700]),
            ("cut off picture", "alice", "/upload?sync=true", "cut.png", png(60, 40)[:90]),
            ("unknown storage", "alice", "/upload?idStorage=999999999999", "x.svs", slide),
            ("storage as word", "alice", "/upload?storage=x", "x.svs", slide),
            ("storage of another", "bob", f"/upload?idStorage={storage}", "x.svs", slide),
            ("unknown project", "alice", "/upload?idProject=999999999999", "x.svs", slide),
            ("project of others", "eve", f"/upload?idProject={project}", "x.svs", slide),
            ("keys without values", "alice", "/upload?keys=a,b&values=1", "x.svs", slide),
            ("as guest", "gwen", "/upload", "x.png", png(30, 20)), ("anonymous", "anonymous", "/upload", "x.png",
            png(30, 20)),
            ("bad flag", "alice", "/upload?sync=perhaps", "x.png", png(30, 20)),
            ("name without end", "alice", "/ims/upload?sync=1", "noend", png(30, 20))):
        up(f"upload {step}", w[who], path, name, content)
    for step, body, kind in (("JSON", "{}", "application/json"), ("nothing", "", "multipart/form-data; boundary=b"),
        ("no boundary", "x", "multipart/form-data"),
                             ("no file", '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
                             "multipart/form-data; boundary=b")):
        for path in ("/upload", "/ims/upload"):
            w.play(f"upload {step} {path}", "alice", f"POST {path}", body, content_type=kind)
    w.play("upload outside", "bob", f"POST /ims/upload?idStorage={storage}", "x",
        content_type="multipart/form-data; boundary=b")


def converted(person, file):
    """Whether the file is deployed."""
    return person.send("GET", f"/api/uploadedfile/{file}.json", None, None, None).json()["status"] in (100, 104)


def files(w):
    """Files as clients register them, lists of them, downloads."""
    storage = w.ids["storage"]
    body = {"storage": storage, "user": w.ids["alice"], "filename": "x.tiff", "originalFilename": "x.tiff",
        "ext": "tiff", "contentType": "tiff/ddd",
            "size": 1, "projects": 5, "status": 0}
    changes = [{"originalFilename": "y.tiff"}, {"status": 100}, {"status": "40"}, {"status": 7}, {"status": "x"},
        {"projects": None}, {"projects": [6, "7"]},
               {"filename": "/tmp/y", "ext": None, "size": "12"}, {"parent": w.ids["uploadedfile"]}, {"parent": None},
               {"storage": w.ids["bobs file"]}, {}]
    w.life("uploadedfile", "alice", "uploadedfile", body, changes)
    for key in body:
        w.play(f"uploadedfile create without {key}", "alice", "POST /api/uploadedfile.json",
            {name: value for name, value in body.items() if name != key})
    w.play("uploadedfile create many", "alice", "POST /api/uploadedfile.json", [body, {}, 7])
    w.play("uploadedfile create in another's storage", "bob", "POST /api/uploadedfile.json", body)
    file = f"/api/uploadedfile/{w.ids['uploadedfile']}"
    w.play("uploadedfile change real", "alice", f"PUT {file}.json",
        {"filename": "upload-x/y", "status": 0, "originalFilename": "a.svs"})
    w.play("uploadedfile delete in use", "alice", f"DELETE {file}.json")
    for rest in ("onlyRoots=true", "onlyRootsWithDetails=true", f"parent={w.ids['uploadedfile']}", f"storage={storage}",
        "storage=x", "originalFilename[ilike]=B",
                 "status[in]=100,104", "size[gte]=100&size[lte]=2000000", "contentType[equals]=SVS",
                 "contentType[nequals]=SVS", "created[gte]=x",
                 "sort=size&order=desc", "sort=originalFilename", "sort=contentType,desc", "sort=status",
                 "name[like]=*.s*"):
        w.play(f"uploadedfile list {rest}", "alice", f"GET /api/uploadedfile.json?sort=size&{rest}"
            if "sort" not in rest else f"GET /api/uploadedfile.json?{rest}")
    for step, headers in (("whole", None), ("range", {"Range": "bytes=0-99"}), ("last bytes", {"Range": "bytes=-10"}),
        ("range beyond", {"Range": "bytes=99999999-"}),
                          ("bad range", {"Range": "lines=1"})):
        w.play(f"uploadedfile download {step}", "alice", f"GET {file}/download", headers=headers)
    tag = w.recorder.steps[-1].answer.headers["ETag"]
    w.play("uploadedfile download unchanged", "alice", f"GET {file}/download", headers={"If-None-Match": tag})
    w.play("uploadedfile download as bob", "bob", f"GET {file}/download")


def images(w):
    """Abstract images and slices."""
    made = w.play("file for images", "alice", "POST /api/uploadedfile.json",
                  {"storage": w.ids["storage"], "filename": "i.tiff", "originalFilename": "i.tiff", "ext": "tiff",
                  "contentType": "image/tiff", "size": 9})
    file = made["data"]["id"]
    body = {"uploadedFile": file, "originalFilename": "i.tiff", "width": 50, "height": "40", "depth": 2, "channels": 3,
        "physicalSizeX": 0.5,
            "magnification": 20.4, "colorspace": "rgb", "bitPerSample": 8, "samplePerPixel": 3, "fps": None,
            "duration": 1}
    changes = [{"width": 60}, {"width": 0}, {"width": -1}, {"width": 1.5}, {"width": "x"},
        {"physicalSizeX": None, "magnification": None}, {"colorspace": None},
               {"physicalSizeX": "0.25"}, {"physicalSizeX": -1}, {"magnification": 1e12}, {"filename": "j.tiff"},
               {"originalFilename": ""}, {}]
    w.life("abstractimage", "alice", "abstractimage", body, changes)
    for key in body:
        w.play(f"abstractimage create without {key}", "alice", "POST /api/abstractimage.json",
            {name: value for name, value in body.items() if name != key})
    w.play("abstractimage create many", "alice", "POST /api/abstractimage.json", [{}, None])
    w.play("abstractimage create as bob", "bob", "POST /api/abstractimage.json", body)
    base = w.play("abstractimage create kept", "alice", "POST /api/abstractimage.json", body)
    # A file has one image: the kept one may be refused, then that of the file stands in.
    image = base["data"]["id"] if "data" in base else w.play("abstractimage of the file", "alice",
        f"GET /api/uploadedfile/{file}/abstractimage.json")["id"]
    slice_body = {"image": image, "uploadedFile": file, "channel": 1, "zStack": "1", "time": 0, "channelName": "DAPI",
        "channelColor": "#0000ff", "zName": "top"}
    changes = [{"channelName": "CD3"}, {"channelColor": None}, {"channel": 2}, {"channel": -1}, {"channel": 99},
        {"zStack": "x"}, {"image": w.ids["abstractimage"]}, {}]
    w.life("abstractslice", "alice", "abstractslice", slice_body, changes)
    for key in slice_body:
        w.play(f"abstractslice create without {key}", "alice", "POST /api/abstractslice.json",
            {name: value for name, value in slice_body.items() if name != key})
    w.play("abstractslice create again", "alice", "POST /api/abstractslice.json", slice_body)
    w.play("abstractslice create many", "alice", "POST /api/abstractslice.json", [slice_body | {"time": 3}, {}, None])
    w.play("abstractslice create as bob", "bob", "POST /api/abstractslice.json", slice_body)
    w.play("abstractimage with planes", "alice", f"GET /api/abstractimage/{image}/abstractslice.json?max=2&offset=1")
    w.play("abstractimage plane", "alice", f"GET /api/abstractimage/{image}/1/1/0/abstractslice.json")
    w.play("abstractimage plane none", "alice", f"GET /api/abstractimage/{image}/9/9/9/abstractslice.json")
    w.play("abstractimage without bytes thumb", "alice", f"GET /api/abstractimage/{image}/thumb.png")
    w.play("abstractimage delete in use", "alice", f"DELETE /api/abstractimage/{w.ids['abstractimage']}.json")
    for rest in ("sort=width&order=desc", "sort=originalFilename", "sort=created", "width[gte]=100",
        "magnification[in]=20,null", "magnification[in]=null", "originalFilename[ilike]=a",
                 "name[ilike]=svs", f"project={w.ids['project']}&sort=width", "project=x", "height[lte]=x&sort=height",
                 "contentType[in]=SVS,PNG&sort=width"):
        w.play(f"abstractimage list {rest}", "alice", f"GET /api/abstractimage.json?{rest}")
    w.play("abstractimage unused", "alice", "GET /api/abstractimage/unused.json?sort=width")


def instances(w):
    """Images of projects."""
    base, project = w.ids["abstractimage"], w.ids["project"]
    other = w.play("project create second", "alice", "POST /api/project.json", {"name": "Second"},
        names={"second": "data.id"})["data"]["id"]
    w.ids["second"] = other
    changes = [{"instanceFilename": "Renamed"}, {"instanceFilename": None}, {"instanceFilename": " "},
        {"physicalSizeX": 0.25, "magnification": 39.6}, {"physicalSizeX": "x"},
               {"physicalSizeX": None}, {"baseImage": 5, "project": 5}, {"fps": "25"}, {}]
    w.life("imageinstance", "alice", "imageinstance", {"baseImage": base, "project": other}, changes)
    kept = w.play("imageinstance create second", "alice", "POST /api/imageinstance.json",
        {"baseImage": str(base), "project": str(other)}, names={"image in second": "data.id"})
    w.ids["image in second"] = kept["data"]["id"]
    for step, who, body in (("again", "alice", {"baseImage": base, "project": other}),
        ("no project", "alice", {"baseImage": base}), ("no image", "alice", {"project": other}),
                            ("unknown image", "alice", {"baseImage": 999999999999, "project": other}),
                            ("unknown project", "alice", {"baseImage": base, "project": 999999999999}),
                            ("words", "alice", {"baseImage": "x", "project": "y"}),
                            ("as bob", "bob", {"baseImage": base, "project": project}),
                            ("as guest", "gwen", {"baseImage": base, "project": project})):
        w.play(f"imageinstance create {step}", who, "POST /api/imageinstance.json", body)
    w.play("imageinstance create many", "alice", "POST /api/imageinstance.json",
        [{"baseImage": w.ids["picture base"], "project": other}, {"baseImage": base, "project": other}, {}, 7])
    image = f"/api/imageinstance/{w.ids['imageinstance']}"
    w.play("imageinstance change as bob", "bob", f"PUT {image}.json", {"instanceFilename": "Bob's"})
    w.play("imageinstance change as guest", "gwen", f"PUT {image}.json", {"instanceFilename": "Guest's"})
    w.play("imageinstance delete as guest", "gwen", f"DELETE {image}.json")
    w.play("imageinstance delete as bob", "bob", f"DELETE {image}.json")
    w.play("imageinstance delete as bob undone", "bob", "GET /api/command/undo.json")
    for who in ("alice", "bob"):
        w.play(f"imageinstance next as {who}", who, f"GET /api/imageinstance/{w.ids['picture']}/next.json")
        w.play(f"imageinstance previous as {who}", who, f"GET {image}/previous.json")
        w.play(f"imageinstance download as {who}", who, f"GET {image}/download")
    of_project = f"/api/project/{project}/imageinstance.json"
    for rest in ("sort=name&order=asc&withLastActivity=true", "name[ilike]=a", "name%255Bilike%255D=SVS&max=5",
        "light=true&sort=name", "tree=true&sort=name", "sort=width", "sort=magnification,desc",
                 "sort=numberOfAnnotations", f"include[in]={w.ids['picture']}", "include[in]=x", "width[gte]=1000",
                 "numberOfAnnotations[lte]=5&sort=width", "whoIsOnline=true&sort=width",
                 "baseImage.magnification[in]=20", "magnification[in]=null,20&sort=width",
                 "instanceFilename[ilike]=b&sort=width", "light=perhaps"):
        w.play(f"imageinstance list {rest}", "alice", f"GET {of_project}?{rest}")
    blind = f"/api/project/{project}.json"
    w.play("blind", "alice", f"PUT {blind}", {"blindMode": True})
    for who in ("alice", "bob", "admin"):
        w.play(f"blind image as {who}", who, f"GET {image}.json")
        w.play(f"blind list as {who}", who, f"GET {of_project}?sort=width")
        w.play(f"blind light list as {who}", who, f"GET {of_project}?light=true&sort=width")
        w.play(f"blind search as {who}", who, f"GET {of_project}?name[ilike]=a")
        w.play(f"blind associated as {who}", who, f"GET {image}/associated.json")
        w.play(f"blind label as {who}", who, f"GET {image}/associated/label.png")
        w.play(f"blind plane as {who}", who, f"GET {image}/sliceinstance/reference.json")
        w.play(f"blind user light as {who}", who, f"GET /api/user/0/imageinstance/light.json?sort=width")
    w.play("not blind", "alice", f"PUT {blind}", {"blindMode": False})


def planes(w):
    """Planes of images of projects."""
    image = f"/api/imageinstance/{w.ids['imageinstance']}"
    plane = w.play("plane reference", "alice", f"GET {image}/sliceinstance/reference.json")
    w.ids |= {"sliceinstance": w.recorder.name(plane["id"], "plane"),
        "abstractslice": w.recorder.name(plane["baseSlice"], "base plane")}
    w.play("plane list", "bob", f"GET {image}/sliceinstance.json")
    for place in ("0/0/0", "1/0/0", "x/0/0", "-1/0/0", "0/99999999999/0"):
        w.play(f"plane at {place}", "bob", f"GET {image}/{place}/sliceinstance.json")
    body = {"image": w.ids["imageinstance"], "baseSlice": w.ids["abstractslice"]}
    for step, who, sent in (("again", "alice", body), ("no image", "alice", {"baseSlice": 5}),
        ("no base", "alice", {"image": w.ids["imageinstance"]}),
                            ("words", "alice", {"image": "x", "baseSlice": "y"}),
                            ("unknown", "alice", body | {"baseSlice": 999999999999}), ("as bob", "bob", body)):
        w.play(f"plane create {step}", who, "POST /api/sliceinstance.json", sent)
    w.play("plane create many", "alice", "POST /api/sliceinstance.json", [body, {}, None])
    second = w.play("plane of the second", "alice",
        f"GET /api/imageinstance/{w.ids['image in second']}/sliceinstance/reference.json")
    own = f"/api/sliceinstance/{second['id']}"
    w.play("plane change", "alice", f"PUT {own}.json", {"baseSlice": str(w.ids["abstractslice"])})
    w.play("plane change empty", "alice", f"PUT {own}.json", {})
    w.play("plane change unknown", "alice", f"PUT {own}.json", {"baseSlice": 999999999999})
    gone = w.play("plane delete", "alice", f"DELETE {own}.json")
    w.there_and_back("plane delete", "alice", own)
    w.play("plane delete undo by number", "alice", f"GET /api/command/{gone['command']}/undo.json")
    w.play("plane delete final", "alice", f"DELETE {own}.json")
    w.play("plane create", "alice", "POST /api/sliceinstance.json",
        {"image": w.ids["image in second"], "baseSlice": w.ids["abstractslice"]})
    w.there_and_back("plane create", "alice", f"/api/imageinstance/{w.ids['image in second']}/sliceinstance")
