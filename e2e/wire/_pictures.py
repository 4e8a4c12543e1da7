"""Tiles, crops, windows, associated pictures, Deep Zoom: of images, planes and annotations."""
import urllib.parse

NOUNS = ("imageinstance", "sliceinstance", "abstractimage", "abstractslice")
WKT = urllib.parse.quote("POLYGON ((1380 1700, 1380 1760, 1460 1760, 1460 1700, 1380 1700))")
TILES = ("tile/level/0/tx/1/ty/2.jpg", "tile/level/0/tx/1/ty/2.png", "tile/level/0/tx/1/ty/2.webp",
    "tile/level/1/tx/0/ty/0.jpg", "tile/level/0/tx/8/ty/11.jpg", "tile/level/0/tx/9/ty/0.jpg",
         "tile/level/9/tx/0/ty/0.jpg", "tile/level/x/tx/0/ty/0.jpg", "tile/level/0/tx/-1/ty/0.jpg",
         "tile/level/0/tx/0/ty/0", "tile/level/0/tx/0/ty/0.gif", "normalized-tile/zoom/0/tx/0/ty/0.jpg",
         "normalized-tile/zoom/4/tx/8/ty/11.jpg", "normalized-tile/zoom/2/tx/1/ty/1.webp",
         "normalized-tile/zoom/4/tx/99/ty/0.jpg", "normalized-tile/zoom/99/tx/0/ty/0.jpg", "dzi_files/0/0_0.jpg",
         "dzi_files/12/3_4.jpg",
         "dzi_files/12/3_4.png", "dzi_files/99/0_0.jpg", "dzi_files/12/x.jpg", "dzi_files/12/99_99.jpg")
LOOKS = ("channels=0", "channels=0,1,2", "channels=7", "channels=x", "gammas=2", "gamma=0.5,1,1", "gammas=-1",
    "minIntensities=50&maxIntensities=200", "minIntensities=STRETCH_IMAGE", "maxIntensities=AUTO_PLANE",
    "maxIntensities=x",
         "colormaps=%23f00,%230f0,%2300f", "colormap=JET", "colormap=!DEFAULT", "inverse=true", "inverse=perhaps",
         "bits=8", "bits=16", "log=true", "filters=binary", "zSlices=0", "zSlices=3", "quality=50", "quality=0",
         "jpegQuality=x", "v=1")
WHOLES = ("thumb.jpg", "thumb.png?maxSize=64", "thumb.webp?maxSize=32", "preview.png", "preview.jpg?maxSize=300",
    "thumb.png?maxSize=0", "thumb.png?maxSize=x", "thumb.png?zoom=3", "thumb.gif", "thumb", "crop.png", "mask.png",
    "alphamask.png",
          "window-1380-1207-80-60.png", "window-1380-1207-80-60.jpg?maxSize=40", "camera-0-0-100-100.jpg",
          "window-2200-2900-80-100.png", "window-9999-0-10-10.png", "window-0-0-0-0.png", "window-a-b.png",
          "window--20--20-60-60.png",
          "window-0-0-2220-2967.jpg", f"crop.png?location={WKT}", f"crop.jpg?geometry={WKT}&increaseArea=2",
          f"crop.png?location={WKT}&type=mask", f"crop.png?location={WKT}&type=alphaMask&alpha=40",
          f"crop.png?location={WKT}&draw=true&color=0x00ff00&thickness=3",
          "crop.png?location=x", "crop.png?location=POINT%20(100%20100)", f"crop.png?location={WKT}&type=cloud",
          "pyramid", "dzi.dzi", "associated", "associated/macro.png", "associated/macro.jpg?maxWidth=100",
          "associated/label.png?maxSize=50",
          "associated/thumb.webp", "associated/slide.jpg", "associated/macro", "nonsense")
CUTS = ("crop.png", "crop.jpg?maxSize=64", "crop.webp", "crop.png?increaseArea=2", "crop.png?increaseArea=0",
    "crop.png?increaseArea=x", "crop.png?square=true", "crop.png?draw=true",
    "crop.png?type=draw&color=%23ff00ff&thickness=2", "crop.png?draw=true&color=x",
        "crop.png?draw=true&thickness=999", "crop.png?alpha=40", "crop.png?alpha=101", "crop.png?zoom=1",
        "crop.png?complete=True&bits=8", "mask.png", "mask.png?increaseArea=2", "mask.jpg", "alphamask.png?alpha=40",
        "alphamask.jpg?increaseArea=2", "thumb.png",
        "window-0-0-10-10.png", "nonsense.png")


def story(w):
    """Asks for every kind of picture, as the manager."""
    for noun in NOUNS:
        one = f"/api/{noun}/{w.ids[noun]}"
        for rest in (*TILES, *WHOLES):
            w.play(f"{noun} {rest}", "alice", f"GET {one}/{rest}", same=rest)
        for rest, body in (("thumb.png", {"maxSize": 40}), ("crop.png",
            {"location": urllib.parse.unquote(WKT), "type": "mask"}), ("crop.jpg", {}), ("window-0-0-50-50.png", None),
            ("thumb.png", {"maxSize": "x"}), ("crop.png", "{"), ("mask.png", {})):
            w.play(f"{noun} post {rest} {body}", "alice", f"POST {one}/{rest}", body, same=f"post {rest} {body}")
    plane = f"/api/sliceinstance/{w.ids['sliceinstance']}"
    for look in LOOKS:
        w.play(f"look tile {look}", "alice", f"GET {plane}/tile/level/0/tx/5/ty/5.jpg?{look}")
        w.play(f"look thumb {look}", "alice", f"GET {plane}/thumb.png?maxSize=64&{look}")
    caching(w, plane)
    for noun in ("annotation", "userannotation"):
        for one in ("annotation", "of bob", "round"):
            if one == "round" and noun == "annotation":
                continue
            number = w.ids.get(one, w.ids["annotation"])
            for rest in CUTS:
                w.play(f"{noun} {one} {rest}", "alice", f"GET /api/{noun}/{number}/{rest}", same=f"{one} {rest}")
        w.play(f"{noun} post crop", "alice", f"POST /api/{noun}/{w.ids['annotation']}/crop.png",
            {"type": "mask", "maxSize": 30}, same="post crop")
        w.play(f"{noun} post crop bad", "alice", f"POST /api/{noun}/{w.ids['annotation']}/crop.png", {"type": "cloud"},
            same="post crop bad")
    picture = f"/api/imageinstance/{w.ids['picture']}"
    for rest in ("thumb.png", "tile/level/0/tx/0/ty/0.jpg", "normalized-tile/zoom/0/tx/0/ty/0.jpg", "associated",
        "associated/macro.png", "pyramid", "dzi.dzi", "download"):
        w.play(f"converted {rest}", "alice", f"GET {picture}/{rest}")


def caching(w, plane):
    """Validators and versions."""
    tile = f"{plane}/tile/level/0/tx/3/ty/3.jpg"
    w.play("cache first", "alice", f"GET {tile}")
    tag = w.recorder.steps[-1].answer.headers["ETag"]
    for step, held in (("same", tag), ("weak", f"W/{tag}"), ("star", "*"), ("other", '"x"'), ("list", f'"x", {tag}')):
        w.play(f"cache {step}", "alice", f"GET {tile}", headers={"If-None-Match": held})
    version = tag.strip('"').rsplit("-", 1)[0]
    w.recorder.secret(version, "content")
    w.play("cache versioned", "alice", f"GET {tile}?v={version}")
    w.play("cache versioned zoomed", "alice", f"GET {plane}/normalized-tile/zoom/1/tx/0/ty/0.jpg?v={version}")
    w.play("cache thumb", "alice", f"GET {plane}/thumb.png", headers={"If-None-Match": tag})
    w.play("cache head", "alice", f"HEAD {tile}")
