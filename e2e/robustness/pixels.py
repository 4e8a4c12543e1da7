"""Pixels of a pyramid by fours, judged by readers that are not ours.

A slide of 4096 x 3072 pixels with levels at 1/4 and 1/16 is made and imported. Every tile of the normalized grid is
compared with the stored level that it must come from, decoded by another library and reduced by a box filter in
double precision: as PNG (before encoding) at least 45 dB each, as JPEG of the default quality at least 34 dB on
average. Stored tiles that stand on the grid are bytes of the file and need no comparison here.
"""
import json
import os
import subprocess
import tempfile
from pathlib import Path

from _http import Client
from _lib import SHARED, Place, Server, Skip, Suite, databases

WIDTH, HEIGHT, TILE = 4096, 3072, 256
BEFORE_ENCODING, ENCODED = 45.0, 34.0
PYTHON = os.environ.get("CYTOMINE_SLIDE_PYTHON")


def made_slide(folder):
    """Makes the slide."""
    file = Path(folder) / "by-fours.svs"
    subprocess.run([PYTHON, SHARED / "tools/make_slide.py", "--out", file, "--factor", "4", "--width", str(WIDTH),
                    "--height", str(HEIGHT), "--seed", "5", "--blank", "0.1", "--threads", "2",
                    "--texture", SHARED / "slides/svs/CMU-1-Small-Region.svs"],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return file


def fetched_tiles(client, slice_id, folder):
    """Every tile of the normalized grid as PNG and as JPEG, in files that the comparison reads."""
    tiles = []
    zoom = 4
    for level in range(zoom + 1):
        width, height = WIDTH >> level, HEIGHT >> level
        for ty in range(-(-height // TILE)):
            for tx in range(-(-width // TILE)):
                tile = {"level": level, "x": tx * TILE, "y": ty * TILE}
                for kind in ("png", "jpg"):
                    path = f"/api/sliceinstance/{slice_id}/normalized-tile/zoom/{zoom - level}/tx/{tx}/ty/{ty}.{kind}"
                    answer = client.get(path)
                    assert answer.status == 200, f"{path}: {answer.status}"
                    file = Path(folder) / f"{level}-{tx}-{ty}.{kind}"
                    file.write_bytes(answer.body)
                    tile[kind] = str(file)
                tiles.append(tile)
    return tiles


def compare(kind):
    """The case, on one database."""
    if not (SHARED and PYTHON):
        raise Skip("CYTOMINE_SHARED and CYTOMINE_SLIDE_PYTHON are not set: no slide can be made")
    with tempfile.TemporaryDirectory() as folder, Place(kind) as place, Server(place) as server:
        slide = made_slide(folder)
        client = Client(server.url).sign_in(server.password)
        project = client.post("/api/project.json", {"name": "Pixels"}).ok()["project"]["id"]
        storage = client.get("/api/storage.json").ok()["collection"][0]["id"]
        client.upload(slide.name, slide.read_bytes(), f"idStorage={storage}&idProject={project}&sync=True").ok()
        image = client.get(f"/api/project/{project}/imageinstance.json").ok()["collection"][0]["id"]
        reference = client.get(f"/api/imageinstance/{image}/sliceinstance/reference.json").ok()["id"]
        work = {"slide": str(slide), "tiles": fetched_tiles(client, reference, folder)}
        judged = subprocess.run([PYTHON, Path(__file__).with_name("_compare_pixels.py")], input=json.dumps(work),
                                check=True, capture_output=True, text=True)
        decibels = json.loads(judged.stdout)
        assert len(decibels) == len(work["tiles"]) == 192 + 48 + 12 + 4 + 1, len(decibels)
        worst = min(tile["png"] for tile in decibels)
        assert worst >= BEFORE_ENCODING, f"before encoding, the worst tile has {worst:.1f} dB"
        produced = [tile["jpg"] for tile in decibels if tile["level"] in (1, 3)]
        mean = sum(produced) / len(produced)
        print(f"  {kind}: worst before encoding {worst:.1f} dB, mean of produced JPEG {mean:.1f} dB")
        assert mean >= ENCODED, f"produced JPEG tiles have {mean:.1f} dB on average"


def main():
    suite = Suite()
    for kind in databases(suite):
        suite.case(f"tiles of a pyramid by fours agree with another reader, {kind}", compare, kind)
    suite.finish()


if __name__ == "__main__":
    main()
